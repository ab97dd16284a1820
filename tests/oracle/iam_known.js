// Where the evaluator errs: each entry says what AWS's documentation says, on which page, and puts the policy in words that
// the evaluator gets right. What stands in no entry is a disagreement.
//
// `statement` changes a statement, `policy` a document, `level` the policies of one level of the organization for an action;
// `of` gives the value or the values that the request has of a key.

const all = (value) => [value].flat();
const variables = (text) => [...text.matchAll(/\$\{([^}*?$,']+:[^},']+)(, *'[^']*')?\}/g)];

const texts = (value, change) => (typeof value === 'string' ? change(value)
  : Array.isArray(value) ? value.flatMap((each) => texts(each, change))
    : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, texts(each, change)])) : value);

const whole = (text) => (text.startsWith('arn:') ? [...text.split(':'), '*', '*', '*', '*', '*'].slice(0, Math.max(6, text.split(':').length)).join(':') : text);

const conditions = (statement, change) => (statement.Condition ? {
  ...statement,
  Condition: Object.fromEntries(Object.entries(statement.Condition).map(([operator, keys]) => [operator,
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, change(operator.toLowerCase(), value, key)]))])),
} : statement);

const is = (value) => typeof value === 'string';

// Stands where a variable has no value: no request has it.
const NOBODY = 'nobody';
const NO_ADDRESS = { 4: '203.0.113.255', 6: '2001:dbf::f' };

module.exports = [
  {
    name: 'every IPv4 address',
    page: 'RFC 4632, section 3.1: a prefix of length 0 holds every address',
    policy: (policy) => texts(policy, (text) => (text === '0.0.0.0/0' ? ['0.0.0.0/1', '128.0.0.0/1'] : text)),
  },
  {
    name: 'variables of the old version',
    page: 'IAM User Guide, "IAM JSON policy elements: Version": without 2012-10-17, variables are literal strings',
    policy: (policy) => (policy.Version === '2012-10-17' ? policy : texts(policy, (text) => text.replace(/\$\{[^}]*\}/g, NOBODY))),
  },
  {
    name: 'a variable without a value in NotResource',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", "Policy variables with no value": such a pattern matches no resource',
    statement: (statement, of) => {
      if (!statement.NotResource) return statement;
      const left = all(statement.NotResource).filter((text) => variables(text).every(([, key, other]) => other || is(of(key))));
      if (left.length === all(statement.NotResource).length) return statement;
      const { NotResource, ...rest } = statement;
      return left.length > 0 ? { ...rest, NotResource: left } : { ...rest, Resource: '*' };
    },
  },
  {
    name: 'a variable without a value under an inverted operator',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", "Policy variables with no value": inverted operators match',
    statement: (statement, of) => conditions(statement, (operator, value) => (operator.includes('not')
      ? texts(value, (text) => variables(text).reduce((left, [whole, key, other]) => (other || is(of(key)) ? left : left.replace(whole, NOBODY)), text))
      : value)),
  },
  {
    name: 'special characters without wildcards',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", "Specifying default values" and the predefined ${*}, ${?} and ${$}',
    statement: (statement) => conditions(statement, (operator, value) => (operator.includes('equals') && operator.includes('string')
      ? texts(value, (text) => text.replace(/\$\{([*?$])\}/g, (whole, character) => character))
      : value)),
  },
  {
    name: 'an incomplete ARN in NotResource',
    page: 'IAM User Guide, "IAM identifiers", "Friendly names and paths": an ARN of fewer than six fields is completed with *',
    statement: (statement) => (statement.NotResource ? { ...statement, NotResource: texts(statement.NotResource, whole) } : statement),
  },
  {
    name: 'a year as a date',
    page: 'IAM User Guide, "Condition operators", "Date condition operators": W3C forms of ISO 8601, of which YYYY is one (NOTE-datetime)',
    policy: (policy) => texts(policy, (text) => (/^\d{4}$/.test(text) ? `${text}-01-01T00:00:00Z` : text)),
  },
  {
    name: 'resource control policies of a service that has none',
    page: 'AWS Organizations User Guide, "Resource control policies (RCPs)", "List of AWS services that support RCPs"',
    level: (level, action) => (action.startsWith('lambda:') ? { ...level, resourceControlPolicies: [] } : level),
  },
  {
    name: 'IfExists behind ForAnyValue',
    page: 'IAM User Guide, "Condition operators", "...IfExists": without the key the condition is true',
    statement: (statement, of) => {
      const left = Object.entries(statement.Condition || {}).map(([operator, keys]) => [operator, Object.fromEntries(Object.entries(keys)
        .filter(([key]) => !/^ForAnyValue:.*IfExists$/i.test(operator) || of(key)))]).filter(([, keys]) => Object.keys(keys).length > 0);
      const { Condition, ...rest } = statement;
      return left.length > 0 ? { ...statement, Condition: Object.fromEntries(left) } : rest;
    },
  },
  {
    name: 'addresses of the other family',
    page: 'IAM User Guide, "Condition operators", "IP address condition operators": NotIpAddress holds for all addresses outside the range',
    statement: (statement, of) => conditions(statement, (operator, value, key) => {
      const family = (text) => (text.includes(':') ? 6 : 4);
      if (!operator.includes('notipaddress') || !is(of(key))) return value;
      const left = all(value).filter((text) => family(text) === family(of(key)));
      return left.length > 0 ? left : NO_ADDRESS[family(of(key))];
    }),
  },
  {
    name: 'a variable with a slash at the beginning of the resource',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", "Where you can use policy variables": in the resource part of the ARN',
    statement: (statement, of) => ['Resource', 'NotResource'].filter((name) => statement[name]).reduce((changed, name) => ({
      ...changed,
      [name]: texts(statement[name], (text) => text.replace(/^((?:[^:]*:){5})\$\{([^},]+\/[^},]+)\}/, (whole, start, key) => (is(of(key))
        ? start + of(key).replace(/[*?]/g, NOBODY) : whole))),
    }), statement),
  },
];
