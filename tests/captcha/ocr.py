"""Cleans pictures of captchas in several ways, hands each to Tesseract, and says how many it reads whole.

    ocr.py FOLDER [--most 300]

The folder holds pictures as the program `captchas` writes them. Spaces in an answer are left out, and the
letters are the alphabet's alone. The best way of all counts, and so does any: a thief who could tell which
of the answers is right.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

import cv2
import numpy

cv2.setNumThreads(1)


def binary(gray):
    """Ink 255, paper 0."""
    return cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]


def opened(size):
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return lambda gray: cv2.morphologyEx(binary(gray), cv2.MORPH_OPEN, kernel)


def median(size):
    return lambda gray: cv2.medianBlur(binary(gray), size)


def dense(size, share):
    """Keeps the ink that has enough ink around it: thin lines go, thick strokes stay."""
    def keep(gray):
        ink = binary(gray)
        around = cv2.blur(ink.astype(numpy.float32) / 255, (size, size))
        return numpy.where(around >= share, ink, 0).astype(numpy.uint8)
    return keep


def large(gray):
    """Leaves out what hangs together and is small."""
    ink = opened(3)(gray)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    keep = stats[:, cv2.CC_STAT_AREA] >= 60
    keep[0] = False
    return keep[labels].astype(numpy.uint8) * 255


def upright(gray):
    """Straightens the baseline: each column is moved by the middle of the ink around it."""
    ink = dense(5, 0.55)(gray)
    rows = numpy.arange(ink.shape[0], dtype=numpy.float32)
    weight = ink.astype(numpy.float32).sum(0) + 1e-3
    middle = (ink.astype(numpy.float32) * rows[:, None]).sum(0) / weight
    kernel = numpy.hanning(61)
    middle = numpy.convolve(middle * weight, kernel, "same") / numpy.convolve(weight, kernel, "same")
    x, y = numpy.meshgrid(numpy.arange(ink.shape[1]), rows)
    y = (y + middle[None, :] - ink.shape[0] / 2).astype(numpy.float32)
    return cv2.remap(ink, x.astype(numpy.float32), y, cv2.INTER_LINEAR)


WAYS = {
    "as it is": binary,
    "opened 3": opened(3),
    "opened 5": opened(5),
    "median 5": median(5),
    "median 7": median(7),
    "dense 5, 0.55": dense(5, 0.55),
    "dense 5, 0.7": dense(5, 0.7),
    "dense 7, 0.5": dense(7, 0.5),
    "dense 9, 0.4": dense(9, 0.4),
    "large": large,
    "upright": upright,
}


def answers(files, way, alphabet, mode):
    """What Tesseract reads in each, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        cleaned = []
        for file in files:
            ink = way(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE))
            page = cv2.resize(255 - ink, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
            page = cv2.copyMakeBorder(page, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)
            cleaned.append(os.path.join(folder, file.name))
            cv2.imwrite(cleaned[-1], page)
        pages = os.path.join(folder, "pages.txt")
        pathlib.Path(pages).write_text("\n".join(cleaned) + "\n")
        read = subprocess.run(
            ["tesseract", pages, "-", "--dpi", "150", "--psm", str(mode), "-c",
             f"tessedit_char_whitelist={alphabet}"],
            env={**os.environ, "OMP_THREAD_LIMIT": "1"}, capture_output=True, text=True, check=True)
    return ["".join(page.split()) for page in read.stdout.split("\f")[:len(files)]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--most", type=int, default=300)
    args = parser.parse_args()
    files = sorted(pathlib.Path(args.folder).glob("*.png"))[:args.most]
    truths = [file.stem.split("_")[1] for file in files]
    alphabet = "".join(sorted(set("".join(truths))))
    any_way = [False] * len(files)
    best = 0
    for name, way in WAYS.items():
        for mode in (7, 8):
            right = [a == t for a, t in zip(answers(files, way, alphabet, mode), truths)]
            any_way = [one or other for one, other in zip(any_way, right)]
            best = max(best, sum(right))
            print(f"{name}, page mode {mode}: {sum(right) / len(files):.1%}", flush=True)
    print(f"best way {best / len(files):.1%}, any way {sum(any_way) / len(files):.1%} of {len(files)}")


main()
