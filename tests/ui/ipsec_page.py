# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties, Security, IPsec Settings (or the certificate to sign in with), as a person goes through them."""
import desktop

SECURITY = 3  # the page


def open_settings(screen, window, button="IPsec Settings…", title="IPsec Settings"):
    window.press("Properties")
    window.find("page tab list").call("Selection", "SelectChild", desktop.number(SECURITY))
    window.press(button)
    window.find("dialog", title)
    screen.focus(title)


def choose(portal, window, button, title, path):
    """A file, as the person would in the desktop's own window."""
    window.press(button)
    portal.asks(title)
    portal.answer(path)


def button_of(window, name, title="IPsec Settings"):
    """Of the settings: OK and Cancel of the properties behind them are called so, too."""
    todo = [window.find("dialog", title)]
    while todo:
        node = todo.pop()
        if node.role == "push button" and node.name == name:
            return node
        todo += node.children()
    raise AssertionError(f"no button {name}")


def can_not_end(window, title="IPsec Settings"):
    return not button_of(window, "OK", title).has("sensitive")


def close_settings(window, name, title="IPsec Settings"):
    found = button_of(window, name, title)
    desktop.wait_until(lambda: found.has("sensitive"), f"{name} can be pressed")
    before = [(node.owner, node.path) for node in window.application().children()]
    found.act()
    desktop.wait_until(lambda: window.has_lost_one_of(before), f"{name} closes its window")
