"""What a person can do, one module per area: functions of the window, and their rows.

To add an action, add a row to the ``ROWS`` of the module whose menu it is in, or make a module
and name it in `occstudio.gui.actions.AREAS`. Menus, toolbar, palette, shortcut sheet and tooltips
follow by themselves.
"""
