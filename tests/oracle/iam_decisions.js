// One principal's own policies and boundary, the hard operators over-represented, with some keys left open.

const RESOURCES = {
  's3:GetObject': ['arn:aws:s3:::b/a', 'arn:aws:s3:::b/ab', 'arn:aws:s3:::b/a/b', 'arn:aws:s3:::c/a', 'arn:aws:s3:::b/A', 'arn:aws:s3:::b/a:b'],
  's3:PutObject': ['arn:aws:s3:::b/a', 'arn:aws:s3:::c/ab'],
  's3:ListBucket': ['arn:aws:s3:::b', 'arn:aws:s3:::c'],
  'sqs:SendMessage': ['arn:aws:sqs:eu-west-1:111111111111:a', 'arn:aws:sqs:us-east-1:111111111111:ab'],
  'lambda:InvokeFunction': ['arn:aws:lambda:eu-west-1:111111111111:function:a', 'arn:aws:lambda:eu-west-1:111111111111:function:ab'],
  'iam:GetRole': ['arn:aws:iam::111111111111:role/a', 'arn:aws:iam::111111111111:role/p/ab'],
  'ec2:DescribeInstances': ['*'],
};
const ACTIONS = ['*', 's3:*', 's3:Get*', 'S3:getobject', 's3:??tObject', 's3:*Object', 'sqs:*', 'sqs:Send*', 'lambda:Invoke*', 'iam:Get*', 'ec2:Describe*',
  's3:GetObject', 's3:PutObject', 's3:ListBucket', 'sqs:SendMessage', 'lambda:InvokeFunction', 'iam:GetRole', 'ec2:DescribeInstances'];
const PATTERNS = ['*', '*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::*', 'arn:aws:s3:::?/a*', 'arn:aws:s3:::b/a', 'arn:aws:s3:::b', 'arn:aws:s3:::*/a', 'arn:aws:s3:::b/${aws:username}',
  'arn:aws:s3:::b/${aws:PrincipalTag/t}*', "arn:aws:s3:::b/${aws:PrincipalTag/t, 'a'}", 'arn:aws:s3:::${aws:SourceVpc}/*', 'arn:aws:s3:::b/${*}', 'arn:aws:s3:::b/*:b',
  'arn:aws:sqs:*:111111111111:a*', 'arn:aws:sqs:eu-*:*:?', 'arn:aws:sqs:eu-west-1:111111111111:a', 'arn:aws:sqs:*:*:${aws:PrincipalTag/t}', 'arn:aws:lambda:*:*:function:*',
  'arn:aws:lambda:eu-west-1:111111111111:function:a', 'arn:aws:iam::111111111111:role/*', 'arn:aws:iam::*:role/a', 'arn:aws:iam::111111111111:role/*/a?',
  'arn:aws:sqs', 'arn:aws:s3', 'arn:aws:s3:::', 'arn:aws:lambda:eu-west-1'];

// More values of open keys together are not tried.
const MOST_WAYS = 300;

module.exports = (dice) => {
  const { roll, pick } = dice;
  const { names, some, condition, value, values } = require('./iam_words.js')(dice);

  // Mostly of the service that is asked for, so that statements match.
  const near = (list, start) => (roll(4) > 0 ? list.filter((text) => text === '*' || text.toLowerCase().startsWith(start)) : list);
  const statement = (service) => ({
    Effect: roll(3) === 0 ? 'Deny' : 'Allow',
    [roll(5) === 0 ? 'NotAction' : 'Action']: some(near(ACTIONS, `${service}:`), 3),
    [roll(5) === 0 ? 'NotResource' : 'Resource']: some(near(PATTERNS, `arn:aws:${service}`), 3),
    ...(roll(4) > 0 ? { Condition: condition(names) } : {}),
  });
  const policy = (service) => ({
    ...(roll(8) > 0 ? { Version: '2012-10-17' } : roll(2) ? { Version: '2008-10-17' } : {}),
    Statement: Array.from({ length: 1 + roll(4) }, () => statement(service)),
  });

  return () => {
    const action = pick(Object.keys(RESOURCES));
    const [service] = action.split(':');
    const line = {
      principal: 'arn:aws:iam::111111111111:user/ab',
      action: roll(8) === 0 ? action.toLowerCase() : action,
      resource: pick(RESOURCES[action]),
      policies: Array.from({ length: 1 + roll(2) }, () => policy(service)),
      ...(roll(6) === 0 ? { boundary: policy(service) } : {}),
      context: Object.fromEntries(names.map((key) => [key, value(key)])),
    };
    const open = {};
    const text = JSON.stringify([line.policies, line.boundary]).toLowerCase();
    // Of texts with `${` that are no variables nothing is tried.
    const old = [...line.policies, line.boundary].some((document) => document && document.Version !== '2012-10-17');
    const spoken = old ? [] : names.filter((key) => text.includes(key.toLowerCase()));
    for (let left = [0, 0, 0, 1, 1, 1, 1, 2][roll(8)]; left > 0 && spoken.length > 0; left--) open[pick(spoken)] = true;
    for (const key of Object.keys(open)) open[key] = values(key, line.context);
    if (Object.values(open).reduce((ways, each) => ways * each.length, 1) > MOST_WAYS) delete open[Object.keys(open)[0]];
    for (const key of Object.keys(open)) delete line.context[key];
    return { line, open, derived: { 'aws:username': 'ab' }, resourceAccount: '111111111111' };
  };
};
