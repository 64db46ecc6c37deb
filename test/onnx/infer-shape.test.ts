/** @file Inference of layout ops: exact symbolic shapes, elements of small integer tensors. */

import { expect, test } from "vitest";
import { expectRow, inferred } from "./infer-rows.ts";
import { shapeRows } from "./infer-shape-rows.ts";

test.each(shapeRows.map((row) => ({ title: row.join(" | ").replaceAll("\n", "; "), row })))("$title", ({ row }) => expectRow(row));

test("integer elements stay exact through index arithmetic", () => {
  const body = (op: string): string => `s = Shape(x)\nc = i64[3]{2, 3, 4}\ny = ${op}`;
  const data = (op: string): string => inferred(["x: f32[N, C, H]", body(op), ""]);
  expect(data("Add(s, c)")).toBe("i64[3]{N + 2, C + 3, H + 4}");
  expect(data("Mul(s, c)")).toBe("i64[3]{2*N, 3*C, 4*H}");
  expect(data("Div(s, c)")).toBe("i64[3]{N//2, C//3, H//4}");
  expect(data("Mod(s, c)")).toBe("i64[3]{N - 2*(N//2), C - 3*(C//3), H - 4*(H//4)}");
  expect(data("Max(s, c)")).toBe("i64[3]{Max(2, N), Max(3, C), H}");
  expect(data("Min(s, c)")).toBe("i64[3]{Min(2, N), Min(3, C), 4}");
  expect(data("Neg(s)")).toBe("i64[3]{-N, -C, -H}");
  expect(data("Sub(c, s)")).toBe("i64[3]{2 - N, 3 - C, 4 - H}");
  expect(data("Greater(s, c)")).toBe("bool[3]{?, ?, 1}");
  expect(data("Cast<to=6>(s)")).toBe("i32[3]{N, C, H}");
  expect(inferred(["x: f32[N, C]", "s = Shape(x)\nm = i64[2]{-1, 5}\nn = i64[]{-1}\ne = Equal(m, n)\ny = Where(e, s, m)", ""])).toBe(
    "i64[2]{N, 5}",
  );
  expect(inferred(["x: f32[N, H]", "s = Shape(x)\nf = Cast<to=1>(s)\nk = f32[2]{1, 2}\nm = Mul(f, k)\ny = Cast<to=7>(m)", ""])).toBe(
    "i64[2]{N, 2*H}",
  );
});

test.each([
  ["x: f32[2], y: f32[3]", "z = Add(x, y)", "infer/broadcast", "Add(f32[2], f32[3]): cannot broadcast [2] with [3]: dim -1 is 2 and 3"],
  ["x: f32[2], y: i64[2]", "z = Add(x, y)", "infer/dtype", "float32 and int64"],
  ["x: f32[2, 3]", "s = i64[1]{5}\nz = Reshape(x, s)", "infer/count", "[2, 3] has 6 elements, the new shape has 5"],
  ["x: f32[2, 3]", "s = i64[2]{4, -1}\nz = Reshape(x, s)", "infer/count", "multiple of 4"],
  ["x: f32[2, 3], y: f32[2, 4]", "z = Concat<axis=0>(x, y)", "infer/dims", "dim 1 of input 1 [2, 4] is 4, not 3"],
  ["x: f32[2, 3], y: f32[2, 4]", "z = MatMul(x, y)", "infer/dims", "MatMul"],
  ["x: f32[2, 3]", "z = Concat<axis=2>(x, x)", "infer/axis", "axis 2 is out of range for rank 2"],
  ["x: f32[2, 3]", "a = i64[1]{0}\nz = Squeeze(x, a)", "infer/dims", "dim 0 of input 0 [2, 3] is 2, not 1"],
  ["x: f32[4, 3]", "z: f32[4, 4] = Relu(x)", "infer/declared", "dim 1 of output 0 is 3, but 4 is declared"],
  ["x: f32[4, 3]", "z: i64[4, 3] = Relu(x)", "infer/declared-dtype", "int64"],
])("refuses %s | %s", (inputs, body, code, text) => {
  expect(() => inferred([inputs, body, ""])).toThrow(code);
  expect(() => inferred([inputs, body, ""])).toThrow(text);
});
