/**
 * Every row that PyTorch answered: meta has its dtypes and shapes, eval its values, and the lowered graph gives them in ONNX Runtime.
 * `ROWS=pointwise npx vitest run test/aten/rows.test.ts -t "aten::pow"` runs part of them.
 */

import { describe, expect, test } from "vitest";
import { families, loadFamily, type Row, describe as rowText } from "./rows.ts";
import { checkEval, checkMeta, checkOnnx } from "./stages.ts";

/** `problem` must be null, or, where the row says that it fails, must not. */
async function stage(row: Row, xfail: string | undefined, run: () => string | null | Promise<string | null>): Promise<void> {
  let problem: string | null;
  try {
    problem = await run();
  } catch (error) {
    if (xfail === undefined) throw new Error(`${rowText(row)}\n  ${(error as Error).message}`, { cause: error });
    problem = (error as Error).message;
  }
  if (xfail === undefined) expect(problem, rowText(row)).toBeNull();
  else expect(problem, `passes, though the row says it fails (${xfail}): ${rowText(row)}`).not.toBeNull();
}

/** The rows of the families that `belongs` picks, a test each. */
export function testRows(belongs: (family: string) => boolean): void {
  const wanted = process.env.ROWS?.split(",");
  for (const name of families().filter(belongs)) {
    if (wanted && !wanted.includes(name)) continue;
    const family = loadFamily(name);
    describe(name, () => {
      family.rows.forEach((row, i) => {
        test(`${row.op} #${i}`, async () => {
          await stage(row, row.xfail_meta, () => checkMeta(row, false) ?? (row.dynamic ? checkMeta(row, true) : null));
          await stage(row, row.xfail_eval, () => checkEval(family, row));
          await stage(
            row,
            row.xfail_onnx,
            async () => (await checkOnnx(family, row, false)) ?? (row.dynamic ? checkOnnx(family, row, true) : null),
          );
        });
      });
    });
  }
  if (wanted && !families().some((name) => belongs(name) && wanted.includes(name))) test.skip("no family that ROWS names is here");
}
