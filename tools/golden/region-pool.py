# torchvision's poolings of regions. Recorded with torchvision 0.29 beside the PyTorch that it is built for.
import torchvision

X = f32(2, 8, 7, 6)
ROIS = of("float32", [[0, 0.0, 0.0, 5.0, 6.0], [1, 1.5, 2.5, 4.2, 5.9], [0, 3.0, 3.0, 3.0, 3.0], [1, -2.0, 4.0, 9.0, 12.0], [0, 7.0, 8.0, 9.0, 9.0]])
for scale, h, w in [(1.0, 2, 2), (0.5, 2, 4), (1.0, 4, 1)]:
    row("torchvision::roi_pool", X, ROIS, scale, h, w)
    row("torchvision::ps_roi_pool", X, ROIS, scale, h, w)
    row("torchvision::ps_roi_align", X, ROIS, scale, h, w, 2)
row("torchvision::ps_roi_align", X, ROIS[:2], 1.0, 2, 2, -1)
row("torchvision::roi_pool", X, ROIS, 1.0, 2, 2, dynamic={"input": [0], "rois": [0]})
row("torchvision::ps_roi_pool", X, ROIS, 1.0, 2, 2, dynamic={"input": [0], "rois": [0]})
row("torchvision::ps_roi_align", X, ROIS, 1.0, 2, 2, 1, dynamic={"input": [0], "rois": [0]})
row("torchvision::roi_pool", X, ROIS[:0], 1.0, 2, 2)
