"""Losses of classifiers, as PyTorch computes them."""
import numpy as np
import torch
import torch.nn.functional as F
from onnx import helper
from record_evaluate import Case

rng = np.random.default_rng(2)


def cases():
    for dtype in (np.float32, np.float64, np.float16):
        for shape in ((4, 3), (2, 3, 2), (1, 3, 2, 2)):
            x = rng.normal(size=shape).astype(dtype)
            target = rng.integers(0, 3, size=shape[:1] + shape[2:])
            target.flat[0] = 1
            weight = np.array([0.5, 2.0, 1.0], dtype)
            for reduction in ("none", "sum", "mean"):
                for ignored, weighted in ((None, False), (1, False), (-5, True), (1, True)):
                    labels = target.copy()
                    if ignored == -5:
                        labels.flat[0] = -5
                    attributes = dict(reduction=reduction) | ({} if ignored is None else dict(ignore_index=ignored))
                    wide = [torch.tensor(x).double(), torch.tensor(labels)]
                    more = dict(weight=torch.tensor(weight).double() if weighted else None, reduction=reduction,
                                ignore_index=-100 if ignored is None else ignored)
                    inputs = [x, labels] + ([weight] if weighted else [])
                    names = ["x", "t", "w"][: len(inputs)]
                    name = f"{np.dtype(dtype).name} {list(shape)} {reduction} ignores {ignored} {'weighted' if weighted else ''}"
                    if dtype != np.float32 and (reduction != "mean" or len(shape) != 3):
                        continue
                    loss = F.nll_loss(*wide, **more).numpy().astype(dtype)
                    yield Case(f"NegativeLogLikelihoodLoss {name}", helper.make_node("NegativeLogLikelihoodLoss", names, ["y"], **attributes), inputs, 22,
                               oracle="given", outputs=[np.asarray(loss)])
                    loss = F.cross_entropy(*wide, **more).numpy().astype(dtype)
                    log = F.log_softmax(wide[0], 1).numpy().astype(dtype)
                    yield Case(f"SoftmaxCrossEntropyLoss {name}", helper.make_node("SoftmaxCrossEntropyLoss", names, ["y", "log"], **attributes), inputs, 13,
                               oracle="given", outputs=[np.asarray(loss), log])
    x, target = rng.normal(size=(2, 3)).astype(np.float32), np.array([0, 2], np.int32)
    want = F.cross_entropy(torch.tensor(x), torch.tensor(target).long()).numpy()
    yield Case("SoftmaxCrossEntropyLoss int32", helper.make_node("SoftmaxCrossEntropyLoss", ["x", "t"], ["y"]), [x, target], 12, oracle="given",
               outputs=[np.asarray(want)])
