// Random guards on values of the input and what is made of the same or other values behind them, run by the reference
// implementation on inputs of few words, so that guards often hold. One JSON line a run, with what it gave.
//
// usage: node guards.js FOLDER_OF_JSONATA SEED COUNT

const jsonata = require(process.argv[2]);

const count = Number(process.argv[4]);
const { roll, pick } = require('./random.js')(process.argv[3]);
const I = '$states.input';
const RUNS = 8;

const word = () => pick(['x', 'y', 'z', 'x-y', 'y-x', 'x-', '-x', 'X', 'xx', 'job-x', '', 'x/y']);
const some = (make, most) => Array.from({ length: roll(most + 1) }, make);
const thing = () => roll(8) === 0 ? word() : { w: roll(8) === 0 ? some(word, 3) : word(), k: word(), n: roll(3), ...(roll(6) === 0 ? { 'w.k': word() } : {}) };
const input = () => ({
  a: roll(8) === 0 ? some(word, 3) : word(),
  b: word(),
  'a.b': word(),
  o: roll(8) === 0 ? some(thing, 3) : { w: word(), k: word(), a: { b: word() } },
  l: roll(8) === 0 ? thing() : some(thing, 3),
  names: some(word, 3),
  i: roll(3),
  j: roll(3),
});

// The same few values over and over, so that guard and use meet.
function subject(d) {
  const s = () => subject(d - 1);
  const plain = [`${I}.a`, `${I}.b`, `${I}.'a.b'`, `${I}.a.b`, `${I}.o.w`, `${I}.o.k`, `$lookup(${I}.o, 'w')`,
    `${I}.l[0].w`, `${I}.l[1].w`, `${I}.l[-1].w`, `${I}.l.w`, `${I}.l.w[0]`, `(${I}.l.w)[0]`, `${I}.l[0].k`,
    `${I}.l[$i].w`, `${I}.l[$j].w`, `${I}.l[${I}.i].w`, `${I}.l[${I}.j].w`, `$v`, `$l.w`, `$l[0].w`, `$p[0]`, `$p[1]`,
    `${I}.names[0]`, `${I}.names[$i]`, `$keys(${I}.o)[0]`, '$f(0)', `$f(${I}.i)`, `$f(${I}.j)`];
  if (d <= 0) return pick(plain);
  return pick([
    () => pick(plain), () => pick(plain),
    () => `$split(${s()}, '-')[${roll(2)}]`,
    () => `$split(${s()}, '-', 1)[0]`,
    () => `$substringBefore(${s()}, '-')`,
    () => `$lowercase(${s()})`,
    () => `$substring(${s()}, 0, 1)`,
    () => `$match(${s()}, /^(x|y)-?(.*)$/)[0].${pick(['match', 'groups[0]', 'groups[1]'])}`,
    () => `${I}.l[${test(() => pick(['w', 'k', '$.w']), d - 1)}].${pick(['w', 'k'])}`,
    () => `${I}.l[${test(() => pick(['w', 'k']), d - 1)}][0].${pick(['w', 'k'])}`,
    () => `${I}.names[${test(() => '$', d - 1)}]`,
    () => `$filter(${I}.l, function($e) { ${test(() => pick(['$e.w', '$e.k']), d - 1)} })[0].${pick(['w', 'k'])}`,
    () => `$map(${I}.l, function($e) { ${test(() => pick(['$e.w', '$e.k']), d - 1)} ? $e.${pick(['w', 'k'])} : 'no' })`,
    () => `${I}.l.(${test(() => pick(['w', 'k']), d - 1)} ? ${pick(['w', 'k'])} : 'no')`,
    () => `$sort(${I}.l, function($e, $g) { $e.w > $g.w })[0].w`,
    () => `'p-' & ${s()}`,
  ])();
}

function test(of, d) {
  const t = () => d > 0 ? test(of, d - 1) : `${of()} = 'x'`;
  return pick([
    () => `${of()} = 'x'`, () => `${of()} = 'x'`,
    () => `'y' = ${of()}`,
    () => `${of()} in ['x', 'y']`, () => `${of()} in ['x', 'y']`,
    () => `${of()} in 'x'`,
    () => `${of()} != 'x'`,
    () => `$not(${t()})`,
    () => `(${t()}) and (${t()})`,
    () => `(${t()}) or (${t()})`,
    () => `$contains(${of()}, ${pick(['/^(x|y)$/', '/^x/', '/x$/', "'x'", '/^x-[a-z]$/', '/^X$/i', '/^x|y$/'])})`,
    () => `$match(${of()}, ${pick(['/^(x|y)$/', '/x/', '/^x-.+$/'])})`,
    () => `$substring(${of()}, 0, ${1 + roll(2)}) = 'x'`,
    () => `$split(${of()}, '-')[${roll(2)}] = 'x'`,
    () => `$substringBefore(${of()}, '-') = 'x'`,
    () => `$substringAfter(${of()}, '-') = 'x'`,
    () => `$lowercase(${of()}) = 'x'`,
    () => `$lookup({'x': 1, 'y': 2}, ${of()})`,
    () => `$lookup({'x': true, 'y': false}, ${of()}) = true`,
    () => `$exists(${of()})`,
    () => `$length(${of()}) = 1`,
    () => `${of()} = ${of()}`,
    () => `$count(${I}.l[w = 'x']) > 0`,
    () => `$exists(${I}.l[w = 'x'])`,
    () => `(${t()} ? ${t()} : false)`,
    () => `'p-' & ${of()} = 'p-x'`,
    () => `$boolean(${t()})`,
    () => `(${t()}) = true`,
    () => `[${of()}, 'x'][0] = 'x'`,
  ])();
}

function expression() {
  const one = subject(1 + roll(2));
  const of = () => roll(4) === 0 ? subject(1) : one;
  const use = () => roll(3) === 0 ? subject(1) : one;
  const guarded = pick([
    () => `${test(of, 2)} ? ${use()} : 'no'`,
    () => `${test(of, 2)} ? ${use()} : 'no'`,
    () => `${test(of, 1)} ? 'yes' : ${use()}`,
    () => `${test(of, 1)} ? (${test(of, 1)} ? ${use()} : 'no') : ${use()}`,
    () => `($assert(${test(of, 1)}, 'no'); ${use()})`,
    () => `($w := ${one}; ${test(() => '$w', 2)} ? $w : 'no')`,
    () => `${one}[${test(() => '$', 1)}]`,
    () => `(${test(of, 1)} ? ${use()} : 'no') & '-' & ${use()}`,
  ])();
  return `($i := 0; $j := ${I}.j; $v := ${pick([`${I}.a`, `${I}.l[0].w`, `${I}.l.w`])}; $l := ${pick([`${I}.l`, `${I}.l[w = 'x']`, `${I}.l[0]`])}; $p := $split(${I}.b, '-'); $f := function($n) { ${I}.l[$n].w }; ${guarded})`;
}

async function run(compiled, data) {
  compiled.assign('states', { input: data, context: {} });
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('late')), 500); });
  return Promise.race([compiled.evaluate(undefined), late]).finally(() => clearTimeout(timer));
}

(async () => {
  for (let made = 0; made < count; made += 1) {
    const text = expression();
    const seen = new Set();
    for (let tried = 0; tried < RUNS; tried += 1) {
      try {
        const given = JSON.stringify(await run(jsonata(text), input()) ?? null);
        // Several values in one text are told as one of them.
        if (given === undefined || seen.has(given) || given.includes('[\\"')) continue;
        seen.add(given);
        process.stdout.write(`${JSON.stringify({ expression: text, differs: false, given: JSON.parse(given) })}\n`);
      } catch {
        // An expression that fails gives nothing.
      }
    }
  }
})();
