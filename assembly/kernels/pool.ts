//! Pooling of planes of D x H x W. `plan` is ints: in D H W | out D H W | dilation D H W, then for each output of each dim
//! (D, H, W in turn) the window: first place, end, and the size that counts for an average.

// @ts-ignore: decorator
@inline function g(plan: usize, i: i32): i32 { return load<i32>(plan + (<usize>i << 2)); }

class Max {} class Avg {}

// @ts-ignore: decorator
@inline function pool<Op, T, A>(x: usize, y: usize, places: usize, planes: u32, plan: usize, divisor: f64): void {
  const h = g(plan, 1), w = g(plan, 2);
  const od = g(plan, 3), oh = g(plan, 4), ow = g(plan, 5);
  const dz = g(plan, 6), dy = g(plan, 7), dx = g(plan, 8);
  const zs = 9, ys = zs + 3 * od, xs = ys + 3 * oh;
  const plane = <usize>g(plan, 0) * h * w * sizeof<T>();
  for (let c: u32 = 0; c < planes; c++, x += plane) {
    for (let oz = 0; oz < od; oz++) for (let oy = 0; oy < oh; oy++) for (let ox = 0; ox < ow; ox++) {
      let sum: A = 0;
      let best: T = 0;
      let place = -1;
      for (let z = g(plan, zs + 3 * oz), z1 = g(plan, zs + 3 * oz + 1); z < z1; z += dz) {
        for (let v = g(plan, ys + 3 * oy), v1 = g(plan, ys + 3 * oy + 1); v < v1; v += dy) {
          for (let u = g(plan, xs + 3 * ox), u1 = g(plan, xs + 3 * ox + 1); u < u1; u += dx) {
            const at = (z * h + v) * w + u;
            const value = load<T>(x + <usize>at * sizeof<T>());
            if (isSame<Op, Avg>()) sum = <A>(sum + <A>value);
            else if (place < 0 || value > best || value != value) { best = value; place = at; }
          }
        }
      }
      if (isSame<Op, Avg>()) {
        const count = divisor != 0 ? divisor : <f64>g(plan, zs + 3 * oz + 2) * <f64>g(plan, ys + 3 * oy + 2) * <f64>g(plan, xs + 3 * ox + 2);
        store<T>(y, <T>(isFloat<T>() ? <A>(<f64>sum / count) : <A>(<i64>sum / <i64>count)));
      } else {
        store<T>(y, best);
        store<i64>(places, <i64>place);
        places += 8;
      }
      y += sizeof<T>();
    }
  }
}
// @ts-ignore: decorator
@inline function isSame<A, B>(): bool { return idof<A>() == idof<B>(); }

/** max_pool_<dtype>(x, y, places, planes, plan): the first maximum (NaN wins, the last of them) and its int64 place in the plane. */
export function max_pool_f32(x: usize, y: usize, places: usize, planes: u32, plan: usize): void { pool<Max, f32, f32>(x, y, places, planes, plan, 0); }
export function max_pool_f64(x: usize, y: usize, places: usize, planes: u32, plan: usize): void { pool<Max, f64, f64>(x, y, places, planes, plan, 0); }
export function max_pool_i32(x: usize, y: usize, places: usize, planes: u32, plan: usize): void { pool<Max, i32, i32>(x, y, places, planes, plan, 0); }
export function max_pool_i64(x: usize, y: usize, places: usize, planes: u32, plan: usize): void { pool<Max, i64, i64>(x, y, places, planes, plan, 0); }
/** avg_pool_<dtype>(x, y, planes, plan, divisor): window sums over `divisor`, or where that is 0 over the sizes that count. */
export function avg_pool_f32(x: usize, y: usize, planes: u32, plan: usize, divisor: f64): void { pool<Avg, f32, f64>(x, y, 0, planes, plan, divisor); }
export function avg_pool_f64(x: usize, y: usize, planes: u32, plan: usize, divisor: f64): void { pool<Avg, f64, f64>(x, y, 0, planes, plan, divisor); }
export function avg_pool_i64(x: usize, y: usize, planes: u32, plan: usize, divisor: f64): void { pool<Avg, i64, i64>(x, y, 0, planes, plan, divisor); }
