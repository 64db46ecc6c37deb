for name in ["hann", "hamming", "blackman", "bartlett", "kaiser"]:
    for n in [0, 1, 2, 7, 400]:
        row(f"aten::{name}_window", n, atol=1e-5)
    row(f"aten::{name}_window.periodic", 9, False, atol=1e-5)
    row(f"aten::{name}_window", 6, dtype=torch.float64, atol=1e-6)
    row(f"aten::{name}_window", 6, dtype=torch.float16, atol=2e-3)  # PyTorch computes in float16
row("aten::hamming_window.periodic_alpha", 9, True, 0.6, atol=1e-5)
row("aten::hamming_window.periodic_alpha_beta", 9, True, 0.6, 0.3, atol=1e-5)
row("aten::kaiser_window.beta", 9, True, 8.0, atol=1e-5)
