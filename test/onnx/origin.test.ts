//! Where a node came from, said without the folders of the machine that it was made on.
import { expect, test } from "vitest";
import { portableTrace } from "../../src/onnx/ir/origin.ts";

test.each([
  [
    'File "/home/me/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 125, in forward',
    'File "torch/nn/modules/linear.py", line 125, in forward',
  ],
  ['File "/home/me/model.py", line 3, in forward', 'File "model.py", line 3, in forward'],
  ['File "model.py", line 3, in forward', 'File "model.py", line 3, in forward'],
  ["MyModel.forward (/home/me/app/model.ts:7:12)", "MyModel.forward (model.ts:7:12)"],
  ["/home/me/app/node_modules/lib/net.js:7:12", "lib/net.js:7:12"],
  ["C:\\app\\model.ts:7:12", "model.ts:7:12"],
])("%s", (trace, portable) => {
  expect(portableTrace(trace)).toBe(portable);
});
