"""Parameters whose content is executed or grants something, by what they are called: `SERVICE OPERATION PARAMETER CLASS`.

Hand-written rows of `sinks.json` go before these; what is written there for an operation is not repeated.
"""

import json
import re
from fnmatch import fnmatchcase

from sources import HERE

CLASSES = (
    ("buildspec", r"buildspec"),
    ("user-data", r"userdata"),
    ("policy", r"policy|policydocument|policytext|resourcepolicy|accesspolic(?:y|ies)|assumerolepolicydocument|inlinepolicy|policyinjson"
               r"|stackpolicybody|sessionpolicy|s3accesspolicy|repositorypolicy|keypolicy|firewallrulegrouppolicy|resolver\w*policy"
               r"|deliverydestinationpolicy|reputationentitypolicy|modelpolicy|configuredaudiencemodelpolicy|datasourceaccesspolicy"
               r"|policytemplate|(?:kms|sts|s3)policydocument|apipolicy"),
    ("provider", r"samlmetadatadocument|metadataurl|issuerurl|openidconnecturl"),
    ("template", r"templatebody|templateurl|template|spec|servicespec|manifest|desiredstate|patchdocument"),
    ("definition", r"definition|definitionstring|definitionuri|definitionzip|pipelinedefinition|definitions3location|ruledefinition"),
    ("code", r"zipfile|functioncode|connectionfunctioncode|code|codeblock|codecontent|applicationcode|requestmappingtemplate"
             r"|responsemappingtemplate|initializationscript|scriptlocation|inlinerecipe|studiolifecycleconfigcontent|startupscripts3path"
             r"|plugins3path|pluginss3path|dags3path|zipfileurl|codecontentupdate|textcontent|zipfilecontent|onstart|oncreate|sourcearchiveurl"
             r"|sourcecodearchiveurl|imageuri|scripts3location"),
    ("query", r"querystring|querystatement|sql|sqls|sqlstatements|gremlinquery|opencypherquery|selectexpression|statement|queryexpression"),
)
# Where the name says something else.
NOT = (
    "* Check* *", "* Validate* *", "* Simulate* *", "* Evaluate* *", "* Estimate* *", "sts * *", "storagegateway * *", "autoscaling * policy*",
    "cloudwatchlogs PutAccountPolicy *", "cloudwatchlogs PutDataProtectionPolicy *", "cloudwatchlogs PutIndexPolicy *", "ses * template*",
    "sesv2 * template*", "cognitoidentityprovider * *code*", "*connect *code*", "notificationscontacts * *", "dlm * *", "rekognition * *",
    "proton * *manifest*", "ecr* * *manifest*", "importexport * *", "mediapackage* * *", "medialive * *", "bedrockdataautomation * *", "waf* * *",
    "appsync *Type *", "appsync StartSchemaCreation *", "iot * *query*", "pinpoint* * *", "quicksight * *", "customerprofiles * *", "route53domains * *",
    "chimesdk* * *", "cloudtrail GenerateQuery *", "auditmanager * *", "macie2 * *", "guardduty * *", "networkfirewall * *", "gameliftstreams * *",
    "iotsitewise * *definition*", "apigatewayv2 *Integration* template*", "mediatailor * *", "mediaconvert * *", "healthlake * *", "socialmessaging * *",
    "partnercentral* * *", "marketplace* * *", "devicefarm * *", "fms * *", "lexmodel* * *", "personalize * *", "kendra * *", "frauddetector * *",
    "servicecatalog * manifest*", "cleanrooms * *analysis*", "iotfleetwise * *", "appmesh * *", "*ssooidc* * *", "support * *", "oam * *", "drs * *",
    "elasticloadbalancing* * *", "wafv2 * *", "cloudwatch PutInsightRule *", "amplifyuibuilder * *", "appfabric * *",
    "inspector2 * *", "securityagent * *", "signin * *", "bedrock *Guardrail *", "qconnect * *", "opensearchserverless *LifecyclePolicy *",
    "sesv2 UpdateReputation* *", "iotwireless * *", "databasemigration * *", "devopsagent * *", "account * *", "datazone * *", "migrationhuborchestrator * *",
)
READS = re.compile(r"^(Get|List|Describe|Search|Delete|Head|BatchGet|BatchDescribe|Untag|Tag)")


def by_hand():
    rows = json.loads((HERE / "sinks.json").read_text())["sinks"]
    return {(s.lower(), o.lower(), row["parameter"].split("[")[0].lower()) for row in rows for s in row["services"] for o in row["operations"]}


def parameters(model, shape, prefix="", depth=0, seen=()):
    for name, member in model["shapes"][shape].get("members", {}).items():
        inner, path = member["shape"], f"{prefix}.{name}" if prefix else name
        target, suffix = model["shapes"][inner], ""
        while target["type"] == "list":
            suffix += "[]"
            inner = target["member"]["shape"]
            target = model["shapes"][inner]
        if target["type"] in ("string", "blob") and "enum" not in target:
            yield path, name
        elif target["type"] == "structure" and depth < 3 and inner not in seen:
            yield from parameters(model, inner, path + suffix, depth + 1, (*seen, inner))


def rows(models):
    known, found = by_hand(), []
    for sdk, _, model in models:
        for name, operation in sorted(model["operations"].items()):
            shape = operation.get("input", {}).get("shape")
            if not shape or READS.match(name) and not re.match(r"(Select|Search)", name):
                continue
            for path, leaf in parameters(model, shape):
                kind = next((k for k, r in CLASSES if re.fullmatch(r, leaf.lower())), None)
                own = f"{sdk} {name} {leaf.lower()}"
                if kind is None or any(fnmatchcase(own, n) for n in NOT) or (sdk, name.lower(), path.split("[")[0].lower()) in known:
                    continue
                if sdk in ("verifiedpermissions", "bedrockagentcorecontrol") and kind == "query":
                    kind = "policy"
                found.append(f"{sdk} {name} {path} {kind}")
    return found


def text(head, models):
    return f"# {head}\n" + "\n".join(rows(models)) + "\n"
