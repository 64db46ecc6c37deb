"""Writes tools/onnx-preview-schemas.json: ONNX's preview domains, which the specification file leaves out, in that file's form.

    python tools/record_preview_schemas.py        # onnx 1.23
"""

import json
import pathlib

import onnx.defs

ops: dict[str, list] = {}
for s in sorted(onnx.defs.get_all_schemas_with_history(), key=lambda s: (s.domain, s.name, s.since_version)):
    if not s.domain.startswith("ai.onnx.preview"):
        continue
    formal = lambda p: {"name": p.name, "type": p.type_str, "option": p.option.name}
    ops.setdefault(f"{s.domain}::{s.name}", []).append(
        {
            "since": s.since_version,
            "inputs": [formal(p) for p in s.inputs],
            "outputs": [formal(p) for p in s.outputs],
            "attributes": [{"name": a.name, "type": a.type.name, "required": a.required} for a in s.attributes.values()],
            "types": {t.type_param_str: sorted(t.allowed_type_strs) for t in s.type_constraints},
        }
    )
path = pathlib.Path(__file__).parent / "onnx-preview-schemas.json"
path.write_text(json.dumps({"onnx": onnx.__version__, "ops": ops}, indent=1) + "\n")
