// Random JSONata expressions over a marked input, run by the reference implementation on two inputs that differ in their
// marks only: one JSON line each, with what both runs gave, and whether any other of many inputs gives anything else, or any
// other order of the fields of an object, which have none.
//
// usage: node expressions.js FOLDER_OF_JSONATA SEED COUNT

const jsonata = require(process.argv[2]);

const count = Number(process.argv[4]);
const { roll, pick } = require('./random.js')(process.argv[3]);
const I = '$states.input';

// Every text of the input is marked.
function input(mark) {
  return {
    a: `${mark}-a`,
    b: `${mark}-b`,
    mode: `${mark}-red`,
    n: 3,
    flag: true,
    path: `${mark}/p/q`,
    'a-b': `${mark}-ab`,
    'a.b': `${mark}-dot`,
    o: { x: `${mark}-ox`, y: { z: `${mark}-oyz` } },
    items: [{ n: `${mark}-i0`, t: `${mark}-x`, k: 1 }, { n: `${mark}-i1`, t: `${mark}-y`, k: 2 }],
    list: [`${mark}-l0`, `${mark}-l1`],
    one: [`${mark}-s`],
    fixed: [`${mark}-f0`, `${mark}-f1`],
  };
}

// Inputs of other values and shapes: words that the expressions test for, numbers, lists of other lengths, objects of other
// names, fields that are not there.
const WORDS = ['lit', 'A-a', 'red', 'x', 'y', 'a', 'x-y', 'p/q', '', 'B', 'zz', 'aab', 'd', 'Zed-zed', '-1', 'p', 'q', 'a/b/c/d', 'a-b-c-d', '[Y]', '01', 'Q29'];
const NAMES = ['p', 'q', 'x', 'y', 'lit', 'zz'];
const OTHERS = 600;
function* others(expression) {
  // What an expression asks for stands in it.
  const asked = [...expression.matchAll(/'([^'{}]*)'|"([^"{}]*)"/g)].map((found) => found[1] ?? found[2]);
  const some = (depth = 1) => {
    const one = () => asked.length && roll(2) ? pick(asked) : pick(WORDS);
    const word = () => roll(3) ? one() : `${one()}${pick(['-', '/', ...WORDS])}${one()}/${one()}`;
    switch (depth > 0 ? roll(9) : 0) {
      case 1: return Array.from({ length: roll(5) }, () => some(depth - 1));
      case 2: return Object.fromEntries(Array.from({ length: roll(4) }, () => [roll(2) ? pick(NAMES) : one(), some(depth - 1)]));
      case 3: return roll(7) - 2;
      case 4: return roll(2) === 0;
      default: return word();
    }
  };
  for (let made = 0; made < OTHERS; made += 1) {
    const all = input('MARKc');
    for (const key of ['a', 'b', 'mode', 'path', 'a-b', 'a.b']) if (roll(2)) all[key] = some(roll(3));
    all.n = roll(8) ? roll(5) - 1 : some();
    all.flag = roll(2) === 0;
    all.o = roll(6) ? { x: some(), y: { z: some(0) } } : some(2);
    for (const key of ['p', 'q']) if (roll(2) && typeof all.o === 'object') all.o[key] = some(0);
    all.items = Array.from({ length: roll(5) }, () => ({ n: some(), t: some(0), k: roll(4) }));
    for (const key of ['list', 'one', 'fixed']) if (roll(2)) all[key] = roll(6) ? Array.from({ length: roll(5) }, () => some(roll(5) === 0 ? 1 : 0)) : some();
    for (const key of ['a', 'b', 'mode', 'items', 'list', 'o', 'fixed', 'path']) if (roll(10) === 0) delete all[key];
    if (roll(4) === 0) all.zz = some();
    yield all;
  }
}

const LEAVES = [
  `${I}.a`, `${I}.b`, `${I}.'a-b'`, `${I}.\`a.b\``, `${I}.o.x`, `${I}.o.y.z`, `${I}.items[0].n`, `${I}.list[1]`, `${I}.one`,
  `${I}.path`, "'lit'", "'x-y'", "'p/q'", `${I}.mode`, `${I}.fixed[0]`, '"d"',
];

function text(d) {
  if (d <= 0) return pick(LEAVES);
 const t=()=>text(d-1), n=()=>num(d-1), a=()=>arr(d-1), o=()=>obj(d-1), c=()=>cond(d-1), f=()=>fun(d-1);
 return pick([
    () => `${t()} & ${t()}`,
    () => `(${c()} ? ${t()} : ${t()})`,
    () => `$uppercase(${t()})`,
    () => `$substring(${t()}, ${n()}, ${n()})`,
    () => `${I}.a.$substring(${roll(3)}, ${roll(5)})`,
    () => `$substringBefore(${t()}, ${pick(["'-'","'/'",t()])})`,
    () => `$substringAfter(${t()}, ${pick(["'-'","'/'",t()])})`,
    () => `$replace(${t()}, ${pick(["'-'","/-/","/(.)-/","'t'",t()])}, ${pick(["'_'","'$1'",t(),`function($m) { ${t()} }`,`function($m) { $m.match & '!' }`])})`,
    () => `$join(${a()}, ${pick(["'-'",t()])})`,
    () => `$string(${pick([t,n,a,o])()})`,
    () => `${a()}[${roll(3)}]`,
    () => `$split(${t()}, ${pick(["'-'","'/'",t()])})[${roll(3)}]`,
    () => `$match(${t()}, ${pick(["/[a-z]+/","/^(.*)-(.*)$/","/(a[^b]*)/"])})[0].${pick(['match','groups[0]','groups'])}`,
    () => `$pad(${t()}, ${roll(12)}, ${t()})`,
    () => `$keys(${o()})[${roll(2)}]`,
    () => `$each(${o()}, function($v, $k) { ${pick(['$k','$v','$k & $v',t()])} })[0]`,
    () => `(${f()})(${t()})`,
    () => `$lookup(${o()}, ${pick(["'p'","'q'",t()])})`,
    () => `(${o()}).${pick(['p','q','"p"',"'q'",'*'])}`,
    () => `(${t()} ~> ${f()})`,
    () => `${I}.${pick(['a','o.x','items.n','list'])}.(${pick(['$','$uppercase()',"$replace('-', '_')","$ & 'x'"])})`,
    () => `$reduce(${a()}, function($i, $j${pick(['',', $k, $l'])}) { ${pick(['$i & $j','$j',t()])} }${pick(['',`, ${t()}`])})`,
    () => `($x := ${t()}; $y := ${t()}; ${pick(['$x','$y & $x',t()])})`,
    () => `($g := ${o()}; $g.p)`,
    () => `${I}.items[k = ${pick(['1','2'])}].n`,
    () => `${I}.items^(>${pick(['n','k'])}).n[0]`,
    () => `$trim(${t()})`,
    () => `$base64decode($base64encode(${t()}))`,
    () => `$encodeUrlComponent(${t()})`,
    () => `$now(${t()})`,
    () => `$fromMillis(0, ${t()})`,
    () => `$formatNumber(${n()}, '#0' & '')`,
    () => `$type(${pick([t,a,o])()})`,
    () => `($t := {'f': ${f()}, 'g': ${f()}}; $t.${pick(['f','g'])}(${t()}))`,
    () => `[${f()}, ${f()}][${roll(2)}](${t()})`,
    () => `(${c()} ? ${f()} : ${f()})(${t()})`,
    () => `$string($spread(${o()}))`,
    () => `$string($merge([${o()}, ${o()}]))`,
    () => `$sift(${o()}, function($v, $k) { ${pick(["$k = 'p'","$v != 'zz'"])} }).${pick(['p','q'])}`,
    () => `$string(${I}.items{${pick(['n','t'])}: ${pick(['$.k','$count($)',"'c'"])}})`,
    () => `$filter(${a()}, function($v, $i, $all) { ${pick(['$i = 0','$v != $all[0]',"$v = 'lit'"])} })[0]`,
    () => `$single([${t()}])`,
    () => `$append(${a()}, ${a()})[${roll(3)}]`,
    () => `$zip(${a()}, ${a()})[0][${roll(2)}]`,
    () => `$string(${I} ~> |o|{'x': ${t()}}|)`,
    () => `$reverse(${a()})[0]`,
    () => `$distinct(${a()})[0]`,
    () => `$sort(${a()})[0]`,
    () => `${o()} ~> $string()`,
    () => `(($f := ${f()}; $h := $f ~> ${f()}; $h(${t()})))`,
    () => `(function($p, $q)<s-s?:s> { $p & $q })(${t()}, ${t()})`,
    () => `($w := $substring(?, ${roll(2)}, ${roll(4)}); $w(${t()}))`
 ])(); }

function num(d){ return d<=0? pick(['0','1','2','3',`${I}.n`,'-1']) : pick([
    () => `$length(${text(d-1)})`,
    () => `$count(${arr(d-1)})`,
    () => `(${num(d-1)} + ${num(d-1)})`,
    () => num(0)])(); }

function arr(d){ return d<=0? pick([`${I}.list`,`${I}.items.n`,`['lit', 'y']`,`${I}.fixed`,`[${I}.a]`,`${I}.one`]) : pick([
    () => `[${text(d-1)}, ${text(d-1)}]`,
    () => `[${pick([`${I}.zz`,text(d-1)])}, ${text(d-1)}, ${text(d-1)}]`,
    () => `$map(${arr(d-1)}, ${pick([`function($v) { ${pick(['$v',text(d-1),"$v & '-'"])} }`,'$uppercase',fun(d-1)])})`,
    () => `$append(${arr(d-1)}, ${text(d-1)})`,
    () => `$filter(${arr(d-1)}, function($v) { $v != 'y' })`,
    () => `$split(${text(d-1)}, '-')`,
    () => arr(0),
    () => `[${arr(d-1)}, ${text(d-1)}]`,
    () => `$each(${obj(d-1)}, function($v) { $v })`,
    () => `[(${cond(d-1)} ? ${text(d-1)}), ${text(d-1)}]`])(); }

// The two fields of an object, between signs by which `swapped` finds them.
const two = (one, other) => `{\u0001${one}\u0002${other}\u0003}`;
const straight = (text) => text.replace(/[\u0001\u0003]/g, '').replaceAll('\u0002', ', ');
function swapped(text) {
  const inner = /\u0001([^\u0001-\u0003]*)\u0002([^\u0001-\u0003]*)\u0003/;
  return inner.test(text) ? swapped(text.replace(inner, (_, one, other) => `${other}, ${one}`)) : text;
}

function obj(d){ return d<=0? pick([`${I}.o`,two(`'p': ${I}.a`, "'q': 'lit'"),two("'p': 'x'", `'q': ${I}.o.x`)]) : pick([
    () => two(`'p': ${text(d-1)}`, `'q': ${text(d-1)}`),
    () => `{${text(d-1)}: ${text(d-1)}}`,
    () => two(`'p': ${text(d-1)}`, `${text(d-1)}: 'v'`),
    () => `$merge([${obj(d-1)}, ${obj(d-1)}])`,
    () => obj(0)])(); }

function cond(d){ return pick([
    () => `${text(d-1)} = '${pick(['lit','A-a','red'])}'`,
    () => `${text(d-1)} in ['lit', 'A-a']`,
    () => `$exists(${I}.${pick(['a','zz'])})`,
    () => `${I}.flag`,
    () => `${num(0)} > 1`,
    () => `$contains(${text(d-1)}, ${pick(["'a'","/^[A-Z]-[a-z]+$/"])})`,
    () => `$not(${text(d-1)} = 'lit')`])(); }

function fun(d){ return pick([
    () => '$uppercase',
    () => '$trim',
    () => `function($v) { $v }`,
    () => `function($v) { $v & ${text(d-1)} }`,
    () => `function($v) { ${text(d-1)} }`,
    () => `$substringBefore(?, '-')`,
    () => `$replace(?, '-', '_')`,
    () => `function($v) { $v = 'lit' ? ${text(d-1)} : $v }`,
    () => `function($v)<s-:s> { $lowercase($v) }`,
    () => `($trim ~> $lowercase)`])(); }

async function run(expression, data) {
  const compiled = jsonata(expression);
  compiled.assign('states', { input: data, context: {} });
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('late')), 500); });
  return Promise.race([compiled.evaluate(undefined), late]).finally(() => clearTimeout(timer));
}

(async () => {
  for (let made = 0; made < count;) {
    const source = text(1 + roll(3));
    const expression = straight(source);
    if (expression.length > 600) continue;
    try {
      const runs = [];
      for (const mark of ['MARKa', 'MARKb', 'MARKa']) runs.push(await run(expression, input(mark)));
      const shown = (value) => JSON.stringify(value === undefined ? null : value);
      const told = runs.map(shown);
      // What a clock or a function gives is not compared.
      if (told.includes(undefined) || told[0] !== told[2]) continue;
      let depends = told[0] !== told[1];
      const given = (text, data) => run(text, data).then(shown, () => told[0]);
      if (!depends && swapped(source) !== expression) depends = await given(swapped(source), input('MARKa')) !== told[0];
      for (const data of depends ? [] : others(expression)) {
        depends ||= await given(expression, data) !== told[0];
        if (depends) break;
      }
      const line = { expression, differs: told[0] !== told[1], depends, given: JSON.parse(told[0]) };
      process.stdout.write(`${JSON.stringify(line)}\n`);
      made += 1;
    } catch {
      // An expression that fails gives nothing.
    }
  }
})();
