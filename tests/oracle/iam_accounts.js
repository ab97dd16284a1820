// Whole accounts: service and resource control policies by level, boundaries, session policies, resource policies, within an
// account and across, with the conditions of data perimeters and the hard ones of iam_words.js. Every key is known.

const HOME = '111111111111';
const OTHER = '222222222222';
const RESOURCES = (account) => ({
  's3:GetObject': [`arn:aws:s3:::bucket-${account}/team/k`, `arn:aws:s3:::bucket-${account}/k`],
  'sqs:SendMessage': [`arn:aws:sqs:eu-west-1:${account}:q`],
  'kms:Decrypt': [`arn:aws:kms:eu-west-1:${account}:key/11111111-2222-3333-4444-555555555555`],
  'secretsmanager:GetSecretValue': [`arn:aws:secretsmanager:eu-west-1:${account}:secret:db-AbCdEf`],
  'lambda:InvokeFunction': [`arn:aws:lambda:eu-west-1:${account}:function:f`],
  'dynamodb:GetItem': [`arn:aws:dynamodb:eu-west-1:${account}:table/t`],
  'sts:AssumeRole': [`arn:aws:iam::${account}:role/target`],
});
const PRINCIPALS = [`arn:aws:iam::${HOME}:user/u`, `arn:aws:iam::${HOME}:role/r`, `arn:aws:iam::${HOME}:role/p/r`, `arn:aws:sts::${HOME}:assumed-role/r/s`];
const WHO = [{ AWS: HOME }, { AWS: `arn:aws:iam::${HOME}:root` }, { AWS: `arn:aws:iam::${HOME}:user/u` }, { AWS: `arn:aws:iam::${HOME}:role/r` },
  { AWS: `arn:aws:sts::${HOME}:assumed-role/r/s` }, { AWS: OTHER }, { AWS: [OTHER, `arn:aws:iam::${HOME}:user/u`] }, { AWS: '*' }, '*', { Service: 'lambda.amazonaws.com' }];
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

module.exports = (dice) => {
  const { roll, pick } = dice;
  const { names, some, condition, value } = require('./iam_words.js')(dice);

  const perimeter = () => pick([
    { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abc' } },
    { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abc', 'aws:ResourceOrgID': 'o-abc' } },
    { StringEquals: { 'aws:PrincipalOrgID': ['o-abc', 'o-xyz'] } },
    { StringNotEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'] } },
    { StringEqualsIfExists: { 'aws:ResourceAccount': HOME } },
    { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/p/*` } },
    { ArnLikeIfExists: { 'aws:PrincipalArn': [`arn:aws:iam::${HOME}:user/*`, `arn:aws:iam::*:role/r`] } },
    { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' }, StringNotEqualsIfExists: { 'aws:SourceVpc': 'a' } },
    { Bool: { 'aws:SecureTransport': 'false' } },
    { 'ForAnyValue:StringEquals': { 'aws:CalledVia': ['lambda.amazonaws.com'] } },
  ]);

  const statement = (asked, only = ['Allow', 'Deny']) => {
    const [service] = asked.action.split(':');
    const resources = ['*', '*', asked.resource, asked.resource.replace(/[^:/]*$/, '*'), `arn:aws:${service}:*:*:*`, 'arn:aws:ec2:*:*:instance/*'];
    const when = roll(3) === 0 ? perimeter() : roll(4) === 0 ? condition(names) : null;
    return {
      Effect: pick(only),
      [roll(6) === 0 ? 'NotAction' : 'Action']: some([asked.action, asked.action, `${service}:*`, '*', 'ec2:*'], 2),
      [roll(7) === 0 ? 'NotResource' : 'Resource']: some(resources, 2),
      ...(when ? { Condition: when } : {}),
    };
  };
  const document = (make, most) => ({ Version: '2012-10-17', Statement: Array.from({ length: 1 + roll(most) }, make) });
  const identity = (asked) => document(() => statement(asked, ['Allow', 'Allow', 'Allow', 'Deny']), 3);
  // Boundaries and the like mostly let everything through, or every request would end there.
  const limit = (asked) => (roll(2) === 0 ? { ...EVERYTHING, Statement: [...EVERYTHING.Statement, statement(asked, ['Deny'])] } : identity(asked));
  const serviceControls = (asked) => (roll(8) === 0 ? [document(() => statement(asked, ['Allow']), 2)]
    : [EVERYTHING, ...(roll(3) === 0 ? [document(() => statement(asked, ['Deny']), 2)] : [])]);
  const resourceControls = (asked) => (roll(3) > 0 ? [] : [document(() => {
    const { NotAction, Action, ...rest } = statement(asked, ['Deny']);
    return { ...rest, Principal: '*', Action: pick([asked.action, `${asked.action.split(':')[0]}:*`]) };
  }, 2)]);
  const ofResource = (asked) => document(() => {
    const made = statement(asked, ['Allow', 'Allow', 'Allow', 'Deny']);
    const who = roll(10) === 0 && made.Effect === 'Deny' ? { NotPrincipal: pick(WHO) } : { Principal: pick(WHO) };
    const { Resource, NotResource, ...trust } = made;
    return { ...(asked.action === 'sts:AssumeRole' ? { ...trust, Action: asked.action, NotAction: undefined } : made), ...who };
  }, 3);

  return () => {
    const resourceAccount = pick([HOME, HOME, OTHER]);
    const action = pick(Object.keys(RESOURCES(resourceAccount)));
    const asked = { action, resource: pick(RESOURCES(resourceAccount)[action]) };
    const principal = pick(PRINCIPALS);
    const organization = {
      levels: ['r-1', 'ou-1', HOME].slice(roll(2)).map((target) => ({
        target,
        serviceControlPolicies: serviceControls(asked),
        resourceControlPolicies: resourceControls(asked),
      })),
    };
    const context = {
      ...Object.fromEntries(names.map((key) => [key, value(key)])),
      'aws:PrincipalOrgID': pick(['o-abc', 'o-abc', 'o-xyz', null]),
      'aws:ResourceOrgID': pick(['o-abc', 'o-xyz', null]),
      'aws:ResourceAccount': resourceAccount,
      'aws:RequestedRegion': pick(['eu-west-1', 'us-east-1', null]),
      'aws:SecureTransport': pick(['true', 'true', 'false']),
      'aws:PrincipalIsAWSService': 'false',
      'aws:CalledVia': pick([null, null, ['lambda.amazonaws.com'], ['athena.amazonaws.com', 'lambda.amazonaws.com']]),
      'aws:userid': principal.includes(':user/') ? 'AIDAEXAMPLE' : principal.endsWith('/s') ? 'AROAEXAMPLE:s' : 'AROAEXAMPLE:other',
      'aws:PrincipalArn': principal.includes('assumed-role') ? `arn:aws:iam::${HOME}:role/r` : principal,
    };
    // What is not given is not considered, so that the resource's policy must be there where it decides.
    const decides = resourceAccount !== HOME || ['kms:Decrypt', 'sts:AssumeRole'].includes(action);
    const hasPolicy = decides || roll(3) > 0;
    // The evaluator lets a session's policies limit what the resource's policy gives the session itself, which they do not (IAM
    // User Guide, "Policies and permissions", "Session policies"): beside one they only deny.
    const session = hasPolicy ? { ...EVERYTHING, Statement: [...EVERYTHING.Statement, statement(asked, ['Deny'])] } : limit(asked);
    const line = JSON.parse(JSON.stringify({
      principal,
      ...asked,
      context,
      policies: Array.from({ length: roll(3) }, () => identity(asked)),
      ...(roll(3) === 0 ? { boundary: limit(asked) } : {}),
      ...(roll(5) === 0 && !principal.includes(':user/') ? { sessionPolicies: [session] } : {}),
      ...(roll(3) > 0 ? { organization } : {}),
      ...(hasPolicy ? { resourcePolicy: ofResource(asked) } : {}),
    }));
    return { line, derived: principal.includes(':user/') ? { 'aws:username': 'u' } : {}, resourceAccount };
  };
};
