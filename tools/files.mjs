import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Every file under `folder`, sorted, with forward slashes. */
export function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath ?? e.path, e.name).replaceAll("\\", "/"))
    .sort();
}
