"""Trains a small network on pictures of captchas and says how many of others it reads whole.

    network.py TRAINING TEST [--epochs 60] [--threads 1]

Both folders hold pictures as the program `captchas` writes them. The network is convolutional and reads
columns from left to right (connectionist temporal classification), so it need not be told where a
character stands. Training shifts, turns, stretches, shears and bends each picture anew in each epoch.
"""

import argparse
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy
import tensorflow

WIDTH, HEIGHT = 96, 32


def read(folder, most=None):
    """The pictures of a folder, dark on zero, and what they say."""
    files = sorted(pathlib.Path(folder).glob("*.png"))[:most]
    pictures = []
    for file in files:
        gray = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        small = cv2.resize(gray, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        pictures.append(1 - small.astype(numpy.float32) / 255)
    return numpy.stack(pictures), [file.stem.split("_")[1] for file in files]


def vary(picture, dice):
    """The picture as it could have been drawn as well."""
    middle = numpy.array([WIDTH / 2, HEIGHT / 2])
    turn = dice.uniform(-0.08, 0.08)
    scale = dice.uniform(0.88, 1.12, 2)
    shear = dice.uniform(-0.2, 0.2)
    rotation = numpy.array([[numpy.cos(turn), -numpy.sin(turn)], [numpy.sin(turn), numpy.cos(turn)]])
    matrix = rotation @ numpy.array([[scale[0], shear], [0, scale[1]]])
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(numpy.float32)
    places = numpy.stack([x, y], -1) - middle
    places = places @ matrix.T + middle + dice.uniform([-5, -2], [5, 2])
    coarse = dice.normal(0, 1, (4, 8, 2)).astype(numpy.float32)
    places = places + dice.uniform(0, 1.2) * cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    places = places.astype(numpy.float32)
    varied = cv2.remap(picture, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return varied * dice.uniform(0.8, 1.2)


def network(classes):
    """Columns of the picture to characters, or to none."""
    layers = tensorflow.keras.layers
    model = tensorflow.keras.Sequential([layers.Input((HEIGHT, WIDTH, 1))])

    def convolve(filters, shape=(3, 3), strides=1, padding="same"):
        model.add(layers.Conv2D(filters, shape, strides, padding, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())

    convolve(20, (5, 5), strides=2)
    convolve(40)
    model.add(layers.MaxPool2D(2))
    convolve(72)
    model.add(layers.MaxPool2D((2, 1)))
    convolve(96)
    model.add(layers.Dropout(0.1))
    convolve(96, (4, 3), padding="valid")
    model.add(layers.Dropout(0.2))
    convolve(96, (1, 5))
    model.add(layers.Conv2D(classes + 1, 1))
    model.add(layers.Reshape((-1, classes + 1)))
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("training")
    parser.add_argument("test")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--most", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=3e-3)
    args = parser.parse_args()
    tensorflow.config.threading.set_intra_op_parallelism_threads(args.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    cv2.setNumThreads(1)
    tensorflow.keras.utils.set_random_seed(1)
    dice = numpy.random.default_rng(1)

    pictures, values = read(args.training, args.most)
    others, truths = read(args.test)
    alphabet = sorted(set("".join(values)))
    length = len(values[0])
    targets = numpy.array([[alphabet.index(character) for character in value] for value in values], numpy.int32)
    model = network(len(alphabet))
    batch = 32
    steps = args.epochs * (len(pictures) // batch)
    rate = tensorflow.keras.optimizers.schedules.CosineDecay(
        1e-4, steps, warmup_target=args.rate, warmup_steps=steps // 10)
    optimizer = tensorflow.keras.optimizers.AdamW(rate, weight_decay=1e-3, clipnorm=5.0)

    @tensorflow.function(reduce_retracing=True)
    def learn(some, target):
        with tensorflow.GradientTape() as tape:
            logits = model(some[..., None], training=True)
            columns = tensorflow.shape(logits)[1]
            loss = tensorflow.reduce_mean(tensorflow.nn.ctc_loss(
                target, tensorflow.transpose(logits, (1, 0, 2)), tensorflow.fill([batch], length),
                tensorflow.fill([batch], columns), blank_index=-1))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    def say():
        logits = model(others[..., None], training=False)
        columns = [logits.shape[1]] * len(others)
        decoded, _ = tensorflow.nn.ctc_beam_search_decoder(
            tensorflow.transpose(logits, (1, 0, 2)), columns, beam_width=20, top_paths=10)
        answers = [""] * len(others)
        for path in reversed(decoded):
            rows = tensorflow.sparse.to_dense(path, default_value=-1).numpy()
            for place, row in enumerate(rows):
                said = "".join(alphabet[symbol] for symbol in row if symbol >= 0)
                # Of the likeliest readings, the first as long as captchas are.
                if len(said) == length or not answers[place]:
                    answers[place] = said
        return answers

    start = time.monotonic()
    for epoch in range(args.epochs):
        order = dice.permutation(len(pictures))
        losses = []
        for first in range(0, len(order) - batch + 1, batch):
            chosen = order[first:first + batch]
            some = numpy.stack([vary(pictures[place], dice) for place in chosen])
            losses.append(float(learn(some.astype(numpy.float32), targets[chosen])))
        if (epoch + 1) % 5 == 0 or epoch + 1 == args.epochs:
            answers = say()
            whole = sum(a == t for a, t in zip(answers, truths)) / len(truths)
            single = numpy.mean([[x == y for x, y in zip(a.ljust(length), t)] for a, t in zip(answers, truths)])
            print(f"epoch {epoch + 1}: loss {numpy.mean(losses):.2f}, read whole {whole:.1%}, "
                  f"characters {single:.1%}, {time.monotonic() - start:.0f} s", flush=True)


main()
