/** @file The error class of torch.onnx and the form of its messages. */

/**
 * Whatever the exporter refuses (PyTorch: `torch.onnx.OnnxExporterError`).
 * `code` is `area/reason` (`lower/unsupported`, `pt2/truncated`); the message says what, which, where, got and wanted;
 * `hint` says what to do.
 */
export class OnnxExporterError extends Error {
  override readonly name: string = "OnnxExporterError";
  readonly code: string;
  readonly hint: string | undefined;
  /** The message without code and hint. */
  readonly reason: string;

  constructor(code: string, message: string, hint?: string, options?: { cause?: unknown }) {
    super(hint === undefined ? `[${code}] ${message}` : `[${code}] ${message}\n  hint: ${hint}`, options);
    this.code = code;
    this.hint = hint;
    this.reason = message;
  }
}

/** A broken invariant of ours: never the user's fault, so it carries no hint. */
export function internal(message: string): never {
  throw new Error(`internal: ${message}`);
}
