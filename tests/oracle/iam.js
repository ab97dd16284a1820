// Random IAM decisions, and what an evaluator that nobody here wrote makes of them (npm @cloud-copilot/iam-simulate).
// One JSON line a decision: the line for `decide`, and the answers that came of it. Where keys are left open, `decisions` has
// the answer of every value that they are tried with, and `on` the keys that alone can change it. `said` has what the
// evaluator says where it errs by the entries `listed` of iam_known.js.
//
// usage: node iam.js FOLDER_OF_NODE_MODULES decisions|accounts SEED COUNT

const [modules, what, seed, count] = process.argv.slice(2);
const { runSimulation } = require(require.resolve('@cloud-copilot/iam-simulate', { paths: [modules] }));
const dice = require('./random.js')(seed);
const KNOWN = require('./iam_known.js');
const make = require(`./iam_${what}.js`)(dice);

const named = (documents, name) => (documents || []).map((policy, i) => ({ name: `${name}[${i}]`, policy }));
const levels = (organization, kind) => (organization ? organization.levels : [])
  .filter((level) => level[kind])
  .map((level) => ({ orgIdentifier: level.target, policies: named(level[kind], `${level.target} ${kind}`) }));

const WORDS = { Allowed: 'allow', ExplicitlyDenied: 'deny', ImplicitlyDenied: 'no-match' };

async function simulated({ line, resourceAccount }, known) {
  const { resultType, errors, overallResult, result, results } = await runSimulation({
    request: {
      principal: line.principal,
      action: line.action,
      resource: { resource: line.resource, accountId: resourceAccount },
      contextVariables: known,
    },
    identityPolicies: named(line.policies, 'policies'),
    permissionBoundaryPolicies: line.boundary && named([line.boundary], 'boundary'),
    sessionPolicy: line.sessionPolicies && line.sessionPolicies[0],
    serviceControlPolicies: levels(line.organization, 'serviceControlPolicies'),
    resourceControlPolicies: levels(line.organization, 'resourceControlPolicies'),
    resourcePolicy: line.resourcePolicy,
  }, {});
  if (resultType === 'error') throw new Error(`${JSON.stringify(errors)} of ${JSON.stringify(line)}`);
  const ignored = (result || results[0] || {}).ignoredContextKeys || [];
  if (ignored.length > 0) throw new Error(`${line.action} has no ${ignored}`);
  return WORDS[overallResult];
}

// The policies of a line as the evaluator gets them right, and the entries of the list that this took.
function corrected(line, known) {
  const values = new Map(Object.entries(known).map(([key, value]) => [key.toLowerCase(), value]));
  const of = (key) => values.get(key.toLowerCase());
  const used = new Set();
  const apply = (given, kind, change) => KNOWN.filter((entry) => entry[kind]).reduce((before, entry) => {
    const after = change(before, entry);
    if (JSON.stringify(after) !== JSON.stringify(before)) used.add(entry.name);
    return after;
  }, given);
  const statement = (given) => apply(given, 'statement', (before, entry) => entry.statement(before, of));
  const document = (given) => apply(given, 'policy', (before, entry) => entry.policy(before));
  const policy = (given) => {
    const whole = document(given);
    return { ...whole, Statement: [whole.Statement].flat().map(statement) };
  };
  const list = (policies) => policies && policies.map(policy);
  const level = (given) => {
    const whole = apply(given, 'level', (before, entry) => entry.level(before, line.action));
    return {
      ...whole,
      serviceControlPolicies: list(whole.serviceControlPolicies),
      resourceControlPolicies: list(whole.resourceControlPolicies),
    };
  };
  const right = {
    ...line,
    policies: list(line.policies),
    boundary: line.boundary && policy(line.boundary),
    sessionPolicies: list(line.sessionPolicies),
    organization: line.organization && { ...line.organization, levels: line.organization.levels.map(level) },
    resourcePolicy: line.resourcePolicy && policy(line.resourcePolicy),
  };
  return [right, used];
}

// Every way to fill in the open keys.
const filled = (open) => Object.entries(open).reduce(
  (all, [key, values]) => all.flatMap((some) => values.map((value) => ({ ...some, [key]: value }))), [{}]);

// The answers of all these values of the open keys, and the keys that alone can change them.
function together(open, answers) {
  const on = open.filter((key) => {
    const found = new Map();
    return answers.some(([values, answer]) => {
      const rest = JSON.stringify({ ...values, [key]: 0 });
      if (!found.has(rest)) found.set(rest, answer);
      return found.get(rest) !== answer;
    });
  });
  return { decisions: [...new Set(answers.map(([, answer]) => answer))].sort(), on: on.sort() };
}

async function one() {
  const asked = make();
  const open = asked.open || {};
  const raw = [];
  const right = [];
  const listed = new Set();
  for (const values of filled(open)) {
    const context = Object.entries({ ...asked.derived, ...asked.line.context, ...values });
    const known = Object.fromEntries(context.filter(([, value]) => value !== null));
    const [line, used] = corrected(asked.line, known);
    const first = await simulated(asked, known);
    raw.push([values, first]);
    right.push([values, used.size > 0 ? await simulated({ ...asked, line }, known) : first]);
    used.forEach((name) => listed.add(name));
  }
  const keys = Object.keys(open);
  const out = { line: asked.line, ...together(keys, right), said: together(keys, raw), listed: [...listed] };
  process.stdout.write(JSON.stringify(out) + '\n');
}

(async () => { for (let i = 0; i < count; i++) await one(); })();
