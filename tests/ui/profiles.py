# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection Manager profiles for the window's tests, as the CMAK wizard lays them out."""
import os
import struct


def bitmap(width=330, height=141):
    """An uncompressed 24-bit Windows bitmap: a blue ground with a lighter band."""
    row = (width * 3 + 3) // 4 * 4
    pixels = bytearray()
    for y in range(height):
        colour = (0xa4, 0x5f, 0x1a) if 40 < y < 70 else (0x6e, 0x3a, 0x0d)  # blue, green, red
        pixels += (bytes(colour) * width).ljust(row, b"\0")
    header = struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
    return header + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 2835, 2835,
                                0, 0) + bytes(pixels)


def icon(side=16, colour=(0x20, 0x80, 0xf0)):
    """A Windows icon of one picture, 32 bits a pixel: all orange (blue, green, red)."""
    pixels = bytes((*colour, 0xff)) * (side * side)
    mask = bytes((side + 31) // 32 * 4 * side)
    image = struct.pack("<IiiHHIIiiII", 40, side, side * 2, 1, 32, 0, len(pixels) + len(mask), 0, 0, 0, 0)
    image += pixels + mask
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, side, side, 0, 0, 1, 32, len(image), 22) + image


ENTRY = """[{name}]
Encoding=1
PBVersion=8
Type=2
VpnStrategy={strategy}
{key}{more}DataEncryption=256
AuthRestrictions=512
IpPrioritizeRemote=1

MEDIA=rastapi
Port=VPN1-0
Device=WAN Miniport

DEVICE=vpn
PhoneNumber={server}

"""


def phone_book(path, *entries, first=None):
    """A rasphone.pbk of (name, server, key or None): with a key L2TP/IPsec, otherwise SSTP. Each wants
    @first to be up before, which does not."""
    with open(path, "w", encoding="utf-8", newline="\r\n") as file:
        for name, server, key in entries:
            secret = f"IpSecFlags=1\nPreSharedKey={key}\n" if key else ""
            more = f"PrerequisiteEntry={first}\n" if first not in (None, name) else ""
            file.write(ENTRY.format(name=name, server=server, key=secret, more=more, strategy=3 if key else 5))
    return path


def make(folder, name="Example College VPN", short="EC_VPN", support="Help desk: 555-0100",
         server="vpn.example.edu", logo=True, strategy=5, dialup=0, files=None, **keys):
    """Writes a profile and gives the path of its .cmp. keys: more of [Connection Manager]; files: their
    bytes by name."""
    inner = os.path.join(folder, short)
    os.makedirs(inner)
    keys.setdefault("RedialCount", 3)
    more = "".join(f"{key}={value}\r\n" for key, value in keys.items())
    if logo:
        more += f"Logo={short}\\{short}.bmp\r\n"
        with open(os.path.join(inner, short + ".bmp"), "wb") as file:
            file.write(bitmap())
    for file_name, data in (files or {}).items():
        with open(os.path.join(inner, file_name), "wb") as file:
            file.write(data)
    write(os.path.join(inner, short + ".cms"), f"""[Profile Format]
Version=4
[Connection Manager]
CMSFile={short}\\{short}.cms
ServiceName={name}
ServiceMessage={support}
Dialup={dialup}
Direct=1
Tunnel=1
TunnelAddress={server}
TunnelDUN={name} Tunnel
RedialDelay=5
{more}[Server&{name} Tunnel]
Negotiate_TCP/IP=1
Custom_Security=1
EnforceCustomSecurity=1
EncryptionType=1
Require_MSCHAP2=1
[TCP/IP&{name} Tunnel]
Gateway_On_Remote=1
[Networking&{name} Tunnel]
VpnEntry=1
VpnStrategy={strategy}
[Connect Actions]
0=calc.exe
0&Description=Start a program
""")
    path = os.path.join(folder, short + ".cmp")
    write(path, f"""[Profile Format]
Version=4
[Connection Manager]
CMSFile={short}\\{short}.cms
""")
    return path


def write(path, text):
    with open(path, "w", encoding="cp1252", newline="") as file:
        file.write(text.replace("\r\n", "\n").replace("\n", "\r\n"))


POPS = """1,1,1,Seattle,206,5550100,9600,56000,0,0,Office
2,1,2,<b>Redmond</b>,425,5550101,0,0,0,64,
3,1,0,Everywhere,800,5550102,0,0,0,4,
4,49,0,K\u00f6ln,221,5550103,0,0,0,0,
5,49,3,Berlin,30,5550104,64000,64000,0,4,
"""
REGIONS = """3
North
East
Mitte
"""
FILTERS = """[ISP]
PBFile=numbers.pbk
RegionFile=numbers.pbr
Mask&ForModems=0x0004
Match&ForModems=0x0000
Mask&Any=0x0000
Match&Any=0x0000
FilterA&=ForModems
FilterB&=Any
[Service Types]
Without surcharge=Free
"""
FREE = "Mask&Free=0x0040\nMatch&Free=0x0000\n"


def make_with_book(folder, pops=POPS, regions=REGIONS, more=FILTERS.replace("[Service", FREE + "[Service"),
                   **keys):
    """A profile with a phone book of access numbers; gives the path of its .cmp."""
    path = make(folder, **{"dialup": 1, **keys})
    inner = os.path.join(folder, "EC_VPN")
    with open(os.path.join(inner, "EC_VPN.cms"), "a", encoding="cp1252", newline="\r\n") as file:
        file.write(more)
    write(os.path.join(inner, "numbers.pbk"), pops)
    write(os.path.join(inner, "numbers.pbr"), regions)
    return path
