// Numbers from a seed, the same on every machine: xorshift (Marsaglia, "Xorshift RNGs", 2003).

const MASK = (1n << 64n) - 1n;

module.exports = (seed) => {
  let state = BigInt(seed) * 0x9E3779B97F4A7C15n & MASK | 1n;
  const roll = (sides) => {
    state ^= (state << 13n) & MASK;
    state ^= state >> 7n;
    state ^= (state << 17n) & MASK;
    return Number(state % BigInt(sides));
  };
  return { roll, pick: (list) => list[roll(list.length)] };
};
