"""Photos become one code: residual networks (He et al. 2016) and a small plain one.

The residual networks have the layers and keys of torchvision's, under `features`; they are written
out here because that is all that would be needed of it. What the mean and deviation of ImageNet's
colours does to a photo happens inside, so that callers hand over values from 0 to 1.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn
from torch.nn import functional

DEPTHS: Final = {
    "resnet18": (2, 2, 2, 2),
    "resnet34": (3, 4, 6, 3),
    "resnet50": (3, 4, 6, 3),
    "resnet101": (3, 4, 23, 3),
}
"""Blocks in each of the four layers; the last two networks have bottlenecks."""

BOTTLENECKED: Final = ("resnet50", "resnet101")
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class ResnetImageEncoder(nn.Module):
    """Photos (B, 3, H, W) in 0..1 -> codes (B, c_dim).

    Parameters
    ----------
    name : str
        A key of `DEPTHS`.
    c_dim : int
        Without `use_linear` it must be the width of the features, 512 or 2048.
    normalize : bool
        Whether ImageNet's mean and deviation are taken out of the colours.
    use_linear : bool
        Whether a linear layer follows the features.
    """

    def __init__(
        self, name: str, c_dim: int, normalize: bool = True, use_linear: bool = True
    ) -> None:
        super().__init__()
        self.normalize = normalize
        self.features = ResnetFeatures(DEPTHS[name], bottleneck=name in BOTTLENECKED)
        width = self.features.width
        if not use_linear and c_dim != width:
            raise ValueError(f"c_dim is {c_dim}, but without use_linear {name} gives {width}")
        self.fc = nn.Linear(width, c_dim) if use_linear else nn.Sequential()

    def forward(self, photos: Tensor) -> Tensor:
        if self.normalize:
            photos = normalised(photos)
        return self.fc(self.features(photos))


class ConvImageEncoder(nn.Module):
    """Photos (B, 3, H, W) in 0..1 -> codes (B, c_dim) by five convolutions.

    The colours are not normalised, as published.
    """

    def __init__(self, c_dim: int = 128) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, 32, 3, stride=2)
        self.conv1 = nn.Conv2d(32, 64, 3, stride=2)
        self.conv2 = nn.Conv2d(64, 128, 3, stride=2)
        self.conv3 = nn.Conv2d(128, 256, 3, stride=2)
        self.conv4 = nn.Conv2d(256, 512, 3, stride=2)
        self.fc_out = nn.Linear(512, c_dim)

    def forward(self, photos: Tensor) -> Tensor:
        net = self.conv0(photos)
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            net = layer(functional.relu(net))
        return self.fc_out(functional.relu(net.flatten(2).mean(2)))


def normalised(photos: Tensor) -> Tensor:
    """Photos (B, 3, H, W) in 0..1 without ImageNet's mean, in units of its deviation."""
    mean, deviation = (photos.new_tensor(v).view(1, 3, 1, 1) for v in (_MEAN, _DEVIATION))
    return (photos - mean) / deviation


class ResnetFeatures(nn.Module):
    """A residual network without its last layer: (B, 3, H, W) -> (B, width)."""

    def __init__(self, depths: tuple[int, ...], *, bottleneck: bool) -> None:
        super().__init__()
        self.width = 2048 if bottleneck else 512
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        kind, width = (_Bottleneck if bottleneck else _BasicBlock), 64
        layers = list[nn.Sequential]()
        for number, depth in enumerate(depths):
            narrow, blocks = 64 << number, list[nn.Module]()
            for index in range(depth):
                stride = 2 if number and not index else 1
                blocks.append(kind(width, narrow, stride))
                width = narrow * kind.expansion
            layers.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3, self.layer4 = layers
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, photos: Tensor) -> Tensor:
        net = functional.relu(self.bn1(self.conv1(photos)))
        net = functional.max_pool2d(net, 3, stride=2, padding=1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            net = layer(net)
        return net.mean((2, 3))


class _BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, width: int, narrow: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, narrow, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.downsample = _shortcut(width, narrow, stride)

    def forward(self, x: Tensor) -> Tensor:
        net = functional.relu(self.bn1(self.conv1(x)))
        net = self.bn2(self.conv2(net))
        return functional.relu(net + (x if self.downsample is None else self.downsample(x)))


class _Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, width: int, narrow: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, narrow, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3 = nn.Conv2d(narrow, 4 * narrow, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * narrow)
        self.downsample = _shortcut(width, 4 * narrow, stride)

    def forward(self, x: Tensor) -> Tensor:
        net = functional.relu(self.bn1(self.conv1(x)))
        net = functional.relu(self.bn2(self.conv2(net)))
        net = self.bn3(self.conv3(net))
        return functional.relu(net + (x if self.downsample is None else self.downsample(x)))


def _shortcut(width: int, wide: int, stride: int) -> nn.Sequential | None:
    if stride == 1 and width == wide:
        return None
    convolution = nn.Conv2d(width, wide, 1, stride=stride, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide))
