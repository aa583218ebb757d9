"""importfiles.py - connections as other programs write them: phone books of each Windows, keyfiles of
NetworkManager, PowerShell, ProfileXML, packages of CMAK. Made from what the caller varies; all else
stands as the fixtures and the programs themselves have it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import struct
import zlib

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")

# ------------------------------------------------------------------------------- phone books

SHAPES = {  # of which file the entry is, and how it is written
    "nt4": ("nt4.pbk", "Branch", "cp1252"),
    "2000": ("windows-2000.pbk", "Außenstelle", "cp1252"),
    "xp": ("windows-xp-sp2.pbk", "L2TP mit Schlüssel", "utf-8"),
    "vista": ("windows-vista.pbk", "SSTP", "utf-8"),
    "7": ("windows7.pbk", "Strategy 0", "utf-8"),
    "10": ("windows10.pbk", "Automatic", "utf-8"),
    "11": ("windows11.pbk", "Example Office", "utf-8"),
}


def phone_book(shape, name, server, servers=(), routes=(), **keys):
    """The entry of that Windows under another name, dialing @server. @keys: set, or added at its end;
    @servers: of its list; @routes: (family, prefix, octets in hexadecimal)."""
    file, entry, encoding = SHAPES[shape]
    with open(os.path.join(FIXTURES, "rasphone", file), "rb") as f:
        text = f.read().decode(encoding).replace("\r\n", "\n")
    body = re.search(rf"(?ms)^\[{re.escape(entry)}\]\n(.*?)(?=^\[|\Z)", text).group(1)
    more = []
    keys = {"IpAssign": 1, **keys}
    for key, value in keys.items():
        body, n = re.subn(rf"(?m)^{key}=.*$", f"{key}={value}", body)
        more += [] if n else [f"{key}={value}"]
    body = re.sub(r"(?m)^(PhoneNumber)=.*$", lambda _: f"PhoneNumber={server}", body)
    body = re.sub(r"(?m)^(NumServers|ServerList\w+)=.*\n", "", body)
    if servers:
        more += [f"NumServers={len(servers)}"]
        more += [line for s in servers
                 for line in (f"ServerListServerName={s}", f"ServerListFriendlyName=At {s}")]
    if routes:
        body = re.sub(r"(?m)^(NumRoutes|Routes)=.*\n", "", body)
        more += [f"NumRoutes={len(routes)}"]
        more += ["Routes=" + "".join(
            struct.pack("<III", 1, family, prefix).hex() + octets.ljust(48, "0")
            for family, prefix, octets in routes).upper()]
    head, tail = body.split("\n\n", 1)
    text = "\n".join([f"[{name}]", head, *more, "", tail])
    return text.replace("\n", "\r\n").encode(encoding)


# ------------------------------------------------------------------------------- keyfiles

def keyfile(name, plugin, server, vpn=(), ipv4=("method=auto",), ipv6=("method=auto",), more=()):
    """A connection of NetworkManager, as its editor writes it."""
    lines = ["[connection]", f"id={name}", "uuid=6a3f1a52-9c1d-4f5e-9d1f-0a1b2c3d4e5f", "type=vpn",
             "autoconnect=false", "permissions=user:anna:;", "", "[vpn]", f"gateway={server}",
             "password-flags=1", "user=alice", *vpn,
             f"service-type=org.freedesktop.NetworkManager.{plugin}", "", *more, "[ipv4]", *ipv4, "",
             "[ipv6]", "addr-gen-mode=stable-privacy", *ipv6, "", "[proxy]", ""]
    return "\n".join(lines).encode()


# ------------------------------------------------------------------------------- ProfileXML

def profile_xml(server, native="", outside=""):
    return (f"<VPNProfile>{outside}<NativeProfile><Servers>{server}</Servers>{native}"
            "</NativeProfile></VPNProfile>").encode()


def user_method(name="MSChapv2"):
    return f"<Authentication><UserMethod>{name}</UserMethod></Authentication>"


def protocol_list(*names):
    types = "".join(f"<Type>{name}</Type>" for name in names)
    return ("<NativeProtocolType>ProtocolList</NativeProtocolType>"
            f"<ProtocolList><NativeProtocolList>{types}</NativeProtocolList></ProtocolList>")


# ------------------------------------------------------------------------------- packages

def cabinet(files, compress=True):
    """[MS-CAB]: one folder, stored or MSZIP; @files: name to bytes."""
    data = b"".join(files.values())
    blocks = []
    for at in range(0, len(data), 32768):
        raw = part = data[at:at + 32768]
        if compress:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            part = b"CK" + deflate.compress(raw) + deflate.flush()
        blocks.append(struct.pack("<IHH", 0, len(part), len(raw)) + part)
    entries, at = b"", 0
    for name, content in files.items():
        entries += struct.pack("<IIHHHH", len(content), at, 0, 0x2821, 0, 0x20)
        entries += name.encode("cp1252") + b"\0"
        at += len(content)
    first_file = 36 + 8
    first_block = first_file + len(entries)
    folder = struct.pack("<IHH", first_block, len(blocks), 1 if compress else 0)
    body = folder + entries + b"".join(blocks)
    return struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, 36 + len(body), 0, first_file, 0, 3, 1, 1,
                       len(files), 0, 0x1234, 0) + body


def program(cab, signature=b""):
    """A program of Windows (PE32) that has the cabinet as its only section; @signature: what its
    certificate table points to, behind everything else, as signtool appends it."""
    lead, align = 0x200, 512
    section = cab + bytes(-len(cab) % align)
    table = struct.pack("<IHH", 8 + len(signature), 0x0200, 0x0002) + signature
    table += bytes(-len(table) % 8)
    at = lead + len(section)
    directories = [(0, 0)] * 16
    if signature:
        directories[4] = (at, len(table))
    optional = struct.pack("<HBBIIIIIIIIIHHHHHHIIIIHHIIIIII", 0x10B, 6, 0, 0, len(section), 0, 0x1000,
                           0x1000, 0x1000, 0x400000, 0x1000, align, 5, 1, 0, 0, 5, 1, 0,
                           0x2000 + len(section), lead, 0, 2, 0, 0x100000, 0x1000, 0x100000, 0x1000,
                           0, 16)
    optional += b"".join(struct.pack("<II", *pair) for pair in directories)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, len(optional), 0x102) + optional
    header += struct.pack("<8sIIIIIIHHI", b".rsrc", len(section), 0x1000, len(section), lead, 0, 0,
                          0, 0, 0x40000040)
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return (dos + header).ljust(lead, b"\0") + section + (table if signature else b"")
