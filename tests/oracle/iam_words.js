// What random policies are made of: condition keys with the values that policies and requests have, and conditions on them.

const strings = ['a', 'b', 'A', 'ab', 'bb', 'ba', 'c', 'a?', '*', 'a*', '?b', '*b', 'ab*', 'a/b', 'a:b'];
const KEYS = {
  'aws:SourceVpc': { type: 'string', values: strings },
  'aws:PrincipalTag/t': { type: 'string', values: strings },
  'aws:SourceIp': { type: 'ip', values: ['10.0.0.1', '10.1.2.3', '192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db9::1'] },
  'aws:TokenIssueTime': {
    type: 'date',
    values: ['2019-12-31T23:59:59Z', '2020-01-01T00:00:00Z', '2020-03-01T00:00:00Z', '2020-06-30T00:00:00Z', '2020-06-30T06:00:00Z', '2020-06-30T12:00:00Z',
      '2020-09-01T00:00:00Z', '2021-01-01T00:00:00Z', '2022-01-01T00:00:00Z'],
  },
  'aws:MultiFactorAuthAge': { type: 'numeric', values: ['-1', '0', '4', '5', '7', '7.5', '8', '10', '11'] },
  'aws:MultiFactorAuthPresent': { type: 'bool', values: ['true', 'false'] },
  'aws:SourceArn': {
    type: 'arn',
    values: ['arn:aws:s3:::a', 'arn:aws:lambda:eu-west-1:111111111111:function:a', 'arn:aws-cn:sns:cn-north-1:111111111111:a',
      ...strings.map((text) => `arn:aws:sns:eu-west-1:111111111111:${text}`),
      ...['eu-west-1:222222222222', 'us-east-1:111111111111', 'us-east-1:222222222222'].flatMap((place) => ['a', 'ab', 'b'].map((text) => `arn:aws:sns:${place}:${text}`))],
  },
  'aws:TagKeys': { type: 'strings', values: ['a', 'A', 'ab', 'b', '*', 'a*', '*b', 'c'] },
};

const WRITTEN = {
  string: ['a', 'b', 'A', 'ab', 'a*', '?b', '*b', '*', '${aws:PrincipalTag/t}', "${aws:PrincipalTag/t, 'b'}", '${aws:username}', '${aws:username}*', '${*}', 'a${?}'],
  ip: ['10.0.0.0/8', '10.0.0.0/16', '192.0.2.1', '192.0.2.0/31', '2001:db8::/32', '0.0.0.0/0'],
  date: ['2020-01-01T00:00:00Z', '2020-06-30T12:00:00Z', '2020-01-01T02:00:00+02:00', '2020-06-30', '2021'],
  numeric: ['0', '5', '7.5', '10', '10.0'],
  bool: ['true', 'false', 'True'],
  arn: ['arn:aws:sns:eu-west-1:111111111111:a', 'arn:aws:sns:*:111111111111:a*', 'arn:aws:sns:eu-west-?:*:*', 'arn:*:sns:*:*:a', 'arn:aws:s3:::*',
    'arn:aws:sns:eu-west-1:111111111111:${aws:PrincipalTag/t}', 'arn:aws:*:*:111111111111:*a'],
};
WRITTEN.strings = ['a', 'ab', 'A', 'a*', '*b', '*', '${aws:PrincipalTag/t}', '${aws:username}', '${*}'];

const OPERATORS = {
  string: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike', 'StringLike'],
  ip: ['IpAddress', 'NotIpAddress'],
  date: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
  numeric: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
  bool: ['Bool'],
  arn: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike', 'StringLike', 'StringNotLike'],
};
OPERATORS.strings = OPERATORS.string;

module.exports = ({ roll, pick }) => {
  const some = (list, most) => {
    const found = Array.from({ length: 1 + roll(most) }, () => pick(list));
    return found.length === 1 && roll(2) === 0 ? found[0] : found;
  };
  const capitals = (key) => (roll(6) > 0 ? key : pick([key.toLowerCase(), key.toUpperCase()]));

  const operator = (type) => {
    const set = type === 'strings' ? pick(['ForAllValues:', 'ForAnyValue:']) : roll(12) === 0 ? pick(['ForAllValues:', 'ForAnyValue:']) : '';
    const base = pick(OPERATORS[type]);
    const end = roll(3) === 0 ? 'IfExists' : '';
    return roll(15) === 0 ? (set + base + end).toLowerCase().replace('forallvalues', 'ForAllValues').replace('foranyvalue', 'ForAnyValue') : set + base + end;
  };

  const condition = (names) => {
    const all = {};
    for (let left = 1 + roll(2); left > 0; left--) {
      const key = pick(names);
      const { type } = KEYS[key];
      if (roll(8) === 0) all.Null = { ...all.Null, [capitals(key)]: pick(['true', 'false', ['true', 'false']]) };
      else all[operator(type)] = { [capitals(key)]: some(WRITTEN[type], 3) };
    }
    return all;
  };

  const value = (key) => {
    const { type, values } = KEYS[key];
    if (roll(4) === 0) return null;
    return type === 'strings' ? [...new Set(Array.from({ length: 1 + roll(3) }, () => pick(values)))] : pick(values);
  };

  // Every value that can make a difference, as long as policies are made of the texts above.
  const values = (key, context) => {
    const { type } = KEYS[key];
    const all = [...new Set([...KEYS[key].values, ...(type === 'strings' ? [context['aws:PrincipalTag/t']].filter(Boolean) : [])])];
    if (type !== 'strings') return [null, ...all];
    const pairs = all.flatMap((one, i) => all.slice(i + 1).map((other) => [one, other]));
    const triples = pairs.flatMap(([one, other]) => all.slice(all.indexOf(other) + 1).map((third) => [one, other, third]));
    return [null, ...all.map((one) => [one]), ...pairs, ...triples];
  };

  return { names: Object.keys(KEYS), some, condition, value, values };
};
