/** @file JPEG files whose blocks follow each other (baseline and extended sequential, 8 bits a sample; ITU-T T.81), grey, YCbCr or RGB. */

import { merged } from "./jpeg-planes.ts";
import { type Component, decodeScan, type Huffman, type Scanned } from "./jpeg-scan.ts";
import { blank, imageError, type Picture, part, viewOf } from "./pixels.ts";

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Units of interleaved scans. */
  readonly unitColumns: number;
  readonly unitRows: number;
  readonly components: readonly Component[];
}

/** What the segments before a scan have said. */
interface State {
  readonly quantizations: Map<number, Uint16Array>;
  /** Codes for DC under 0 to 3, for AC under 16 to 19. */
  readonly codes: Map<number, Huffman>;
  frame: Frame | null;
  interval: number;
  /** Adobe's colour transform, null where it is not said. */
  transform: number | null;
}

function frameOf(segment: Uint8Array): Frame {
  const view = viewOf(segment);
  const [bits, height, width, count] = [view.getUint8(0), view.getUint16(1), view.getUint16(3), view.getUint8(5)];
  if (bits !== 8 || (count !== 1 && count !== 3))
    throw imageError(`a JPEG of ${count} components of ${bits} bits`, "grey, YCbCr and RGB of 8 bits are decoded");
  blank(width, height, 3);
  const named = Array.from({ length: count }, (_, i) => [...part(segment, 6 + 3 * i, 3)] as [number, number, number]);
  const [across, down] = [Math.max(...named.map(([, s]) => s >> 4)), Math.max(...named.map(([, s]) => s & 15))];
  const [unitColumns, unitRows] = [Math.ceil(width / (8 * across)), Math.ceil(height / (8 * down))];
  const components = named.map(([id, sampling, quantization]): Component => {
    const [h, v] = [sampling >> 4, sampling & 15];
    if (h === 0 || v === 0 || across % h !== 0 || down % v !== 0)
      throw imageError(`a JPEG component is sampled ${h} x ${v} of ${across} x ${down}`);
    const stride = unitColumns * h * 8;
    const [columns, rows] = [Math.ceil(Math.ceil((width * h) / across) / 8), Math.ceil(Math.ceil((height * v) / down) / 8)];
    return { id, across: h, down: v, quantization, columns, rows, stride, samples: new Uint8Array(stride * unitRows * v * 8) };
  });
  return { width, height, unitColumns, unitRows, components };
}

function readQuantizations(segment: Uint8Array, tables: State["quantizations"]): void {
  for (let at = 0; at < segment.length; ) {
    const [wide, id] = [(segment[at] as number) >> 4, (segment[at] as number) & 15];
    const numbers = viewOf(part(segment, at + 1, wide ? 128 : 64));
    tables.set(
      id,
      Uint16Array.from({ length: 64 }, (_, i) => (wide ? numbers.getUint16(2 * i) : numbers.getUint8(i))),
    );
    at += 1 + numbers.byteLength;
  }
}

function readCodes(segment: Uint8Array, codes: State["codes"]): void {
  for (let at = 0; at < segment.length; ) {
    const counts = part(segment, at + 1, 16);
    const symbols = part(
      segment,
      at + 17,
      counts.reduce((a, b) => a + b, 0),
    );
    codes.set(segment[at] as number, { counts, symbols });
    at += 17 + symbols.length;
  }
}

/** Decodes the scan whose header is `segment` and whose data begin at `begin`. */
function readScan(bytes: Uint8Array, segment: Uint8Array, begin: number, state: State): void {
  const { frame, codes, quantizations, interval } = state;
  if (frame === null) throw imageError("a JPEG scan comes before its frame");
  const scan = Array.from({ length: segment[0] ?? 0 }, (_, i): Scanned => {
    const [id, tables] = [...part(segment, 1 + 2 * i, 2)] as [number, number];
    const component = frame.components.find((c) => c.id === id);
    const [dc, ac] = [codes.get(tables >> 4), codes.get(16 + (tables & 15))];
    const table = component && quantizations.get(component.quantization);
    if (!component || !dc || !ac || !table) throw imageError(`a JPEG scan of component ${id} lacks a table`);
    return { component, dc, ac, table, last: 0 };
  });
  decodeScan(bytes, begin, scan, frame.unitColumns, frame.unitRows, interval);
}

/** The place of the next marker at or after `at`: coded data have none but restarts. */
function nextMarker(bytes: Uint8Array, at: number): number {
  for (let i = at; i + 1 < bytes.length; i++) {
    const code = bytes[i + 1] as number;
    if (bytes[i] === 0xff && code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return i;
  }
  return bytes.length;
}

const kinds: { readonly [marker: number]: string } = {
  194: "progressive",
  195: "lossless",
  201: "arithmetically coded",
  202: "arithmetically coded",
};

function readSegment(bytes: Uint8Array, marker: number, segment: Uint8Array, end: number, state: State): void {
  const kind = kinds[marker];
  if (kind !== undefined) throw imageError(`a ${kind} JPEG`, "save it as a baseline JPEG");
  if (marker === 0xc0 || marker === 0xc1) state.frame = frameOf(segment);
  else if (marker === 0xdb) readQuantizations(segment, state.quantizations);
  else if (marker === 0xc4) readCodes(segment, state.codes);
  else if (marker === 0xdd) state.interval = viewOf(segment).getUint16(0);
  else if (marker === 0xee && String.fromCharCode(...segment.subarray(0, 5)) === "Adobe") state.transform = segment[11] ?? null;
  else if (marker === 0xda) readScan(bytes, segment, end, state);
}

/** Throws `eval/image` for other kinds of JPEG, and for damaged files. */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const state: State = { quantizations: new Map(), codes: new Map(), frame: null, interval: 0, transform: null };
  for (let at = nextMarker(bytes, 2); at < bytes.length && bytes[at + 1] !== 0xd9; ) {
    const size = view.getUint16(at + 2);
    const end = at + 2 + size;
    readSegment(bytes, bytes[at + 1] as number, part(bytes, at + 4, size - 2), end, state);
    at = nextMarker(bytes, end);
  }
  const { frame, transform } = state;
  if (frame === null) throw imageError("a JPEG file has no frame");
  const { width, height, components } = frame;
  const [across, down] = [Math.max(...components.map((c) => c.across)), Math.max(...components.map((c) => c.down))];
  const planes = components.map((c) => ({
    width: Math.ceil((width * c.across) / across),
    height: Math.ceil((height * c.down) / down),
    stride: c.stride,
    samples: c.samples,
    across: across / c.across,
    down: down / c.down,
  }));
  const named = String.fromCharCode(...components.map((c) => c.id));
  return merged(planes, width, height, components.length === 3 && (transform === null ? named !== "RGB" : transform !== 0));
}
