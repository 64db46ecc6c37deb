/** @file Which container a file is, and where the parts of a program lie in it. What is no exported program is refused by name. */

import { OnnxExporterError } from "../../errors.ts";
import { type WeightsFile, weightsFile } from "../../weights/files.ts";
import { messageOf, Place } from "./place.ts";
import { checkByteOrder } from "./pt-file.ts";
import { noPayloads, type Payloads, readPayloadConfig, readPickledPayloads } from "./weights.ts";
import { type Bytes, fileBytes, Zip } from "./zip.ts";

/** The parts of one program. */
export interface Archive {
  readonly zip: Zip;
  /** Entry names. */
  readonly program: string;
  readonly sampleInputs: string;
  weights(): Payloads;
  constants(): Payloads;
}

const reexport =
  'export and save the model in Python: torch.export.save(torch.export.export(model, args), "model.pt2"), then load that file';

/** Opens the archive at `path`. `model` chooses among several programs. Throws `pt2/…`. */
export function openArchive(path: string, model: string | undefined): Archive {
  const place = new Place(path);
  const file = fileAt(path, place);
  const bytes = fileBytes(file);
  refuseOtherFormats(bytes, place);
  const zip = new Zip(bytes, place);
  if (zip.entries.has("serialized_exported_program.json")) return plainZip(zip);
  const [first] = zip.entries.keys();
  const root = first === undefined || !first.includes("/") ? "" : first.slice(0, first.indexOf("/") + 1);
  return pt2(zip, root, model);
}

function fileAt(path: string, place: Place): WeightsFile {
  try {
    return weightsFile(path);
  } catch (error) {
    return place.fail(
      "file",
      `the file cannot be opened (${error instanceof OnnxExporterError ? messageOf(error.cause) : messageOf(error)})`,
      "check the path",
      error,
    );
  }
}

/** Files that are taken for programs, by their first bytes. */
function refuseOtherFormats(bytes: Bytes, place: Place): void {
  const head = bytes.read(0, 16);
  if (head.length === 0) place.fail("not-a-zip", "the file is empty");
  if (head.toString("latin1", 0, 2) === "PK") return;
  if (head[0] === 0x80 && (head[1] ?? 9) <= 5) {
    place.fail(
      "torch-save",
      "a pickle written by torch.save before PyTorch 1.6 (a state dict or a module), not an exported program",
      reexport,
    );
  }
  if (head[8] === 0x7b) place.fail("not-a-zip", "a safetensors file: weights without a program", reexport);
  if (head[0] === 0x08 && bytes.size > 16) place.fail("not-a-zip", "not a zip archive (an ONNX model?)", reexport);
  place.fail("not-a-zip", "not a zip archive, so not an exported program");
}

/** PyTorch 2.5 to 2.7: a zip without a root folder. */
function plainZip(zip: Zip): Archive {
  const version = zip.entries.get("version");
  if (version === undefined) zip.place.fail("missing-entry", "no entry version");
  const text = zip.readAll(version, true).toString("latin1").trim();
  checkMajor(Number(text.split(".")[0]), text, zip.place.within("version"));
  const payloads = (name: string): Payloads => (zip.entries.has(name) ? readPickledPayloads(zip, name) : noPayloads());
  const weights = zip.entries.has("serialized_state_dict.json") ? "serialized_state_dict.json" : "serialized_state_dict.pt";
  const constants = zip.entries.has("serialized_constants.json") ? "serialized_constants.json" : "serialized_constants.pt";
  return {
    zip,
    program: "serialized_exported_program.json",
    sampleInputs: "serialized_example_inputs.pt",
    weights: () => payloads(weights),
    constants: () => payloads(constants),
  };
}

/** Schema majors that are read: 7 (2.5) and 8; 0 is what nightly builds write. Throws `pt2/schema-version`. */
export function checkMajor(major: number, version: string, place: Place): void {
  if (major === 7 || major === 8 || major === 0) return;
  const hint = major < 7 ? "export it again with PyTorch 2.5 or later" : "update torch-onnx, or export with an older PyTorch";
  place.fail("schema-version", `schema version ${version}; versions 7 and 8 (PyTorch 2.5 to 2.13) can be read`, hint);
}

function pt2(zip: Zip, root: string, wanted: string | undefined): Archive {
  const { place } = zip;
  const content = (name: string): string | null => {
    const entry = zip.entries.get(root + name);
    return entry === undefined ? null : zip.readAll(entry, true).toString("latin1").trim();
  };
  const models = [...zip.entries.keys()].flatMap((n) =>
    n.startsWith(`${root}models/`) && n.endsWith(".json") ? [n.slice(root.length + 7, -5)] : [],
  );
  const format = content("archive_format");
  if (format !== "pt2" || models.length === 0) refuseContents(zip, root, format, models);
  const version = content("archive_version") ?? "0";
  if (version !== "0") {
    place
      .within(`${root}archive_version`)
      .fail(
        "archive-version",
        `archive version "${version}", version 0 can be read`,
        "update torch-onnx, or export with PyTorch 2.13 or older",
      );
  }
  checkByteOrder(content("byteorder") ?? "little", place.within(`${root}byteorder`));
  const model = chosen(models, wanted, place);
  const part = (folder: string): Payloads => {
    const pickled = `${root}data/${folder}/${model}.pt`;
    if (zip.entries.has(pickled)) return readPickledPayloads(zip, pickled);
    return readPayloadConfig(zip, `${root}data/${folder}/${model}_${folder}_config.json`, `${root}data/${folder}/`);
  };
  return {
    zip,
    program: `${root}models/${model}.json`,
    sampleInputs: `${root}data/sample_inputs/${model}.pt`,
    weights: () => part("weights"),
    constants: () => part("constants"),
  };
}

function chosen(models: readonly string[], wanted: string | undefined, place: Place): string {
  const hint = `load(path, { model: "${models[0]}" })`;
  if (wanted !== undefined && !models.includes(wanted)) place.fail("model", `no program ${wanted}; there are: ${models.join(", ")}`, hint);
  if (wanted === undefined && models.length > 1 && !models.includes("model")) {
    place.fail("model", `${models.length} programs (${models.join(", ")}): say which`, hint);
  }
  return wanted ?? (models.length === 1 ? (models[0] as string) : "model");
}

/** Zips that are not exported programs. */
function refuseContents(zip: Zip, root: string, format: string | null, models: readonly string[]): never {
  const entries = zip.entries;
  const place: Place = zip.place;
  const has = (name: string): boolean => entries.has(root + name) || [...entries.keys()].some((n) => n.startsWith(`${root}${name}/`));
  if (has("constants.pkl") || has("code"))
    place.fail("torchscript", "a TorchScript archive (torch.jit.save), not an exported program", reexport);
  if (has("data.pkl"))
    place.fail("torch-save", "a file of torch.save (a state dict or a pickled module), not an exported program", reexport);
  if (has("data/aotinductor") && models.length === 0) {
    place.fail(
      "aotinductor",
      "a package of AOTInductor holds compiled code, no program",
      "save the ExportedProgram itself: torch.export.save(program, path)",
    );
  }
  if (format !== null && format !== "pt2") place.fail("format", `archive_format is "${format}", wanted "pt2"`);
  if (format === null) place.fail("format", `a zip archive, but no exported program: it has no ${root}archive_format`, reexport);
  place.fail("missing-entry", `no program: no entry ${root}models/*.json`);
}
