use super::*;
use serde_json::json;

fn kinds(value: &Value) -> Vec<&'static str> {
    find(value, "").sites.into_iter().map(|s| s.kind).collect()
}

#[test]
fn what_only_looks_like_one() {
    for quiet in [
        json!({"SecretId": "prod/db/password-1"}),
        json!({"SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"}),
        json!({"SecretArn": "arn:aws:secretsmanager:eu-central-1:730335188421:secret:pg-Ab1Cd2"}),
        json!({"Sql": "-- with arn:aws-us-gov:secretsmanager:us-gov-west-1:1:secret:team/pg-Ab1Cd2"}),
        json!({"Secret": "{% 'arn:aws:secretsmanager:eu-central-1:730335188421:secret:pg-Ab1Cd2' %}"}),
        json!({"TaskToken.$": "$$.Task.Token", "NextToken": "abc123def456ghi789"}),
        json!({"ClientRequestToken": "9f1c2d3e-aaaa-bbbb-cccc-ddddeeeeffff"}),
        json!({"ContinuationToken": "a1B2c3D4e5", "PageToken": "a1B2c3D4e5", "taskToken": "a1B2c3D4e5"}),
        json!({"Password": "{{resolve:secretsmanager:db:SecretString:password}}"}),
        json!({"MasterUserPassword.$": "$.password1"}),
        json!({"password": "<password-1>"}),
        json!({"password": "changeme1"}),
        json!({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
        json!({"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}),
        json!({"Comment": "basic authentication is not used"}),
        json!({"Comment": "Rotate the password: 90 days at most"}),
        json!({"Comment": "set --password to the value of DB_PASSWORD, token: see the wiki"}),
        json!({"Url": "https://user:${Password}@example.org/"}),
        json!({"Url": "https://user:password@example.org/"}),
        json!({"Url": "postgres://db.internal:5432/orders"}),
        json!({"Url": "https://api.example.org/?token={token}&api_key=${Key}"}),
        json!({"Url": "jdbc:postgresql://db.example.com:5432/orders?user=app"}),
        json!({"Url": "jdbc:oracle:thin:@//db.example.com:1521/orders"}),
        json!({"Url": "jdbc:oracle:thin:${User}/${Password}@//db.example.com:1521/orders"}),
        json!({"Url": "{% 'https://api.example.org/?token=' & $states.input.token & '&o=1' %}"}),
        json!({"Url": "{% 'password: ' & $states.input.p %}"}),
        json!({"PasswordPolicy": "MinimumLength14"}),
        json!({"Name": "DB_PASSWORD", "Value.$": "$.p"}),
        json!({"Name": "DB_PASSWORD", "ValueFrom": "/prod/db-1/password"}),
        json!({"apikey": "{% $states.input.key1 %}"}),
        json!({"x": "{% {'token': $states.input.token1, 'password': $p1} %}"}),
        json!({"x": "{% $states.input.password = $states.input.password2 %}"}),
        json!({"tokens": 4096, "authMode": "IAM_2", "passThrough": "yes1", "tokenUrl": "https://l.example.org/oauth2/token"}),
        json!({"auth": "oauth2", "secret": "orders-db-2024", "token": "prod/api/token-2"}),
        json!({"token": "9f1c2d3e-aaaa-bbbb-cccc-ddddeeeeffff", "bypass": "Lane42xQ"}),
        json!({"Command": ["mkdir", "-p", "build1/out2"]}),
        json!({"Command": ["docker", "run", "-p", "8080:80", "--token-file", "t0kens1.txt"]}),
        json!({"publicKey": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7"}),
        json!({"x": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEF"}),
        json!({"Variable": "$.status", "StringEquals": "Tr0ub4dor-9xQz7"}),
        json!({"config": "{\"user\": \"app\", \"password\": \"${Password}\"}"}),
        json!({"Env": [{"Name": "NPM_TOKEN", "Type": "PARAMETER_STORE", "Value": "npmTokenProd1"}]}),
        json!({"Env": [{"Name": "DB_PASSWORD", "Type": "SECRETS_MANAGER", "Value": "ProdDb9:password"}]}),
        json!({"Message": "Your password: reset1 link was sent"}),
        json!({"Message": "of last year, and password: reset12 again"}),
        json!({"signature": "HMAC-SHA256", "auth": "AWS4-HMAC-SHA256"}),
        json!({"password": "/prod/Orders9/password", "secretKey": "/prod-1"}),
        json!({"tokens": 40960000, "token": 12345678, "port": 8080, "password": 1}),
        json!({"Data": "eyJ1c2VyIjoiYXBwIiwiaWQiOiJBMTIzNDU2NzgifQ=="}),
        json!({"x": "<password>${Password}</password>", "y": "if token > Abc12345xyz then"}),
        json!({"Command": ["docker", "run", "-p", "8080:8080", "login"]}),
        json!({"Command": "find . -name Abc12345xyz -type f"}),
        json!({"Sql": "select 1 where identified by '${Password}'"}),
        json!({"password.$": "States.Format('{}', $.p1)"}),
        json!({"x": "{% 'https://h/?token=' & $states.input.t & 'Abc12345xyz' %}"}),
    ] {
        assert_eq!(kinds(&quiet), Vec::<&str>::new(), "{quiet}");
    }
}

#[test]
fn what_is_one() {
    let key = format!("AKIA{}", "J2345672ABCDEFGH");
    for (value, kind) in [
        (
            json!({"a": {"b": [format!("use {key} now")]}}),
            "AWS access key id",
        ),
        (
            json!({"x": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}),
            "private key",
        ),
        (
            json!({"Authorization": format!("Bearer {}", "a1b2c3d4e5".repeat(3))}),
            "bearer token",
        ),
        (
            json!({"headers": "{% {'Authorization': 'Basic YXBwOlRyMHViNGRvcg=='} %}"}),
            "basic authentication",
        ),
        (
            json!({"url": "mysql://root:hunter22@db.internal/orders"}),
            "password in a URL",
        ),
        (
            json!({"url": "redis://:hunter22@cache.internal/0"}),
            "password in a URL",
        ),
        (
            json!({"x.$": "States.Format('https://user:Tr0ub4dor@api.example.org/{}', $.path)"}),
            "password in a URL",
        ),
        (
            json!({"x": format!("ghp_{}", "a1B2".repeat(9))}),
            "GitHub token",
        ),
        (
            json!({"c": "curl -s -u app:Tr0ub4dor-9 https://api.example.org"}),
            "user and password for curl",
        ),
        (
            json!({"u": "jdbc:oracle:thin:app/Tr0ub4dor-9xQz7@//db.example.org:1521/orders"}),
            "password in a connection",
        ),
        (
            json!({"c": "curl -s https://api.example.org -u app:Tr0ub4dor-9 -o x"}),
            "user and password for curl",
        ),
        (
            json!({"c": "mysql -h db -uroot -pTr0ub4dor orders"}),
            "password argument",
        ),
    ] {
        assert_eq!(kinds(&value), [kind], "{value}");
    }
}

#[test]
fn names_of_fields_and_texts_put_side_by_side() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let (head, tail) = token.split_at(15);
    for value in [
        json!({ &token: 1 }),
        json!({"Payload": {format!("{token}.$"): "$.x"}}),
        json!({"X": format!("{{% '{head}' & '{tail}' & $states.input.x %}}")}),
        json!({"X": format!("{{% \"{head}\"&'{tail}' %}}")}),
    ] {
        assert_eq!(kinds(&value), ["GitHub token"], "{value}");
        let redactor = find(&value, "").redactor;
        assert_eq!(redactor.text(&format!("reaches {token}.")), "reaches ***.");
    }
    for quiet in [
        json!({"X": format!("{{% '{head}' & $states.input.x & '{tail}' %}}")}),
        json!({"X": format!("'{head}' & '{tail}'")}),
        json!({ "ghp_": "x" }),
    ] {
        assert_eq!(kinds(&quiet), Vec::<&str>::new(), "{quiet}");
    }
}

#[test]
fn what_a_name_stands_before() {
    for value in [
        json!({"Name": "DB_PASSWORD", "Value": "hunter22!"}),
        json!({"password": {"S": "Tr0ub4dor"}}),
        json!({"DB_PASS": "Tr0ub4dor-9xQz7"}),
        json!({"auth": "Tr0ub4dor-9xQz7"}),
        json!({"token": "Tr0ub4dor-9xQz7"}),
        json!({"x-api-key": "Tr0ub4dor-9xQz7"}),
        json!({"Header": {"Key": "X-Auth-Token", "Value": "Tr0ub4dor-9xQz7"}}),
        json!({"config": "{\"user\": \"app\", \"password\": \"Tr0ub4dor-9xQz7\"}"}),
        json!({"config": "{\"inner\": \"{\\\"apiKey\\\": \\\"Tr0ub4dor-9xQz7\\\"}\"}"}),
        json!({"url": "https://api.example.org/v1?x=1&api_key=Tr0ub4dor-9xQz7&y=2"}),
        json!({"url": "https://a.blob.core.windows.net/c?sv=2022&sig=Tr0ub4dor9xQz7%2Bab%3D"}),
        json!({"url": "jdbc:postgresql://db.example.org/o?user=app&password=Tr0ub4dor-9xQz7"}),
        json!({"url": "jdbc:sqlserver://db.example.org;user=app;password=Tr0ub4dor-9xQz7;"}),
        json!({"url": "{% 'https://api.example.org/?token=Tr0ub4dor-9xQz7&o=' & $states.input.o %}"}),
        json!({"url": "{% $f(\"db --password Tr0ub4dor-9xQz7 --host \" & $states.input.h) %}"}),
        json!({"c": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Tr0ub4dor9xQz7/abc==;"}),
        json!({"c": "Endpoint=sb://b;SharedAccessKeyName=n;SharedAccessKey=Tr0ub4dor9xQz7abc="}),
        json!({"Command": ["migrate", "--password=Tr0ub4dor-9xQz7"]}),
        json!({"Command": ["migrate", "--db-password", "Tr0ub4dor-9xQz7"]}),
        json!({"Command": "deploy --token Tr0ub4dor-9xQz7 --all"}),
        json!({"Command": "PGPASSWORD='Tr0ub4dor-9xQz7' psql -h db"}),
        json!({"Sql.$": "States.Format('select {} where password = \\'Tr0ub4dor-9xQz7\\'', $.x)"}),
        json!({"x": "{% {'password': 'Tr0ub4dor-9xQz7', 'user': $u} %}"}),
        json!({"password": "{% 'Tr0ub4dor-9xQz7' %}"}),
        json!({"x": "{% ($token := 'Tr0ub4dor-9xQz7'; $call($token)) %}"}),
        json!({"Variable": "$.auth.token", "StringEquals": "Tr0ub4dor-9xQz7"}),
        json!({"Condition": "{% $states.input.token = 'Tr0ub4dor-9xQz7' %}"}),
        json!({"config": "[{\"Name\": \"DB_PASSWORD\", \"Value\": \"Tr0ub4dor-9xQz7\"}]"}),
        json!({"Data": "eyJ1c2VyIjogImFwcCIsICJwYXNzd29yZCI6ICJUcjB1YjRkb3ItOXhRejcifQ=="}),
        json!({"c": "echo eyJ1c2VyIjogImFwcCIsICJwYXNzd29yZCI6ICJUcjB1YjRkb3ItOXhRejcifQ== | base64 -d | run"}),
        json!({"config": "<db user=\"app\"><password>Tr0ub4dor-9xQz7</password></db>"}),
        json!({"ruby": "connect(:password => 'Tr0ub4dor-9xQz7')"}),
        json!({"Command": "app -password Tr0ub4dor-9xQz7"}),
        json!({"passwords": ["Tr0ub4dor-9xQz7"]}),
        json!({"Comment": "Passwort: Tr0ub4dor-9xQz7"}),
        json!({"Comment": "log in with password: Tr0ub4dor-9xQz7 as ever"}),
        json!({"yaml": "user: app\npassword: hunter22\n"}),
        json!({"password.$": "States.Format('Tr0ub4dor-9xQz7')"}),
        json!({"c.$": "States.StringToJson('{\"token\":\"Tr0ub4dor-9xQz7\"}')"}),
        json!({"accountKey": "/Tr0ub4dor9xQz7+aB3dE5fGhIjKlMnOpQrStUvWx"}),
    ] {
        assert_eq!(kinds(&value), [inside::NAMED], "{value}");
        let secrets = find(&value, "");
        let mut clean = value.clone();
        assert!(secrets.redactor.clean_json(&mut clean), "{value}");
        for part in ["Tr0ub", "hunter"] {
            assert!(!clean.to_string().contains(part), "{clean}");
        }
    }
}

#[test]
fn the_place_is_a_pointer_and_the_value_is_not_shown() {
    let value = json!({"States": {"a/b": {"Parameters": {"ApiKey": "k3y-9f8e7d6c"}}}});
    let secrets = find(&value, "");
    assert_eq!(secrets.sites.len(), 1);
    assert_eq!(
        secrets.sites[0].pointer.as_str(),
        "/States/a~1b/Parameters/ApiKey"
    );
    assert!(!format!("{secrets:?}").contains("9f8e"));
}

#[test]
fn what_could_not_be_read_hides_nothing() {
    let secrets = find(&Value::Null, ", \"token\": \"Tr0ub4dor-9xQz7\"}");
    assert_eq!(secrets.sites.len(), 1);
    assert_eq!(secrets.redactor.text("x Tr0ub4dor-9xQz7"), "x ***");
}

#[test]
fn texts_that_cost_more_than_their_size() {
    for text in [
        "password=".repeat(2000),
        "-".repeat(20_000),
        "--token ".repeat(2000),
        "{\"a\":".repeat(2000),
        "curl -u a:".repeat(1000),
        "https://a:".repeat(1000),
        "'".repeat(10_000),
        "https://a:b".repeat(10_000),
        ":".repeat(50_000),
        "token:a ".repeat(10_000),
        " -a b".repeat(20_000),
    ] {
        assert!(find(&json!({ "x": text }), &text).sites.len() <= 2);
    }
}

#[test]
fn commands_statements_and_addresses_that_hold_one() {
    let base64 = "aB3dE5fGhIjKlMnOpQrStUvWxYz0123456789";
    for (value, kind, part) in [
        (
            json!({"c": "docker login -u app -p Tr0ub4dor-9xQz7 registry.example.org"}),
            "password argument",
            "Tr0ub4dor",
        ),
        (
            json!({"c": ["docker", "login", "-u", "app", "-p", "Tr0ub4dor-9xQz7", "example.org"]}),
            "password argument",
            "Tr0ub4dor",
        ),
        (
            json!({"c": ["curl", "-u", "app:Tr0ub4dor-9xQz7", "https://example.org"]}),
            "user and password for curl",
            "Tr0ub4dor",
        ),
        (
            json!({"c": "$p = ConvertTo-SecureString 'Tr0ub4dor-9xQz7' -AsPlainText -Force"}),
            "password argument",
            "Tr0ub4dor",
        ),
        (
            json!({"s": "CREATE USER app IDENTIFIED BY 'Tr0ub4dor-9xQz7'"}),
            "password in a statement",
            "Tr0ub4dor",
        ),
        (
            json!({"s.$": "States.Format('ALTER USER {} PASSWORD \\'Tr0ub4dor-9xQz7\\'', $.u)"}),
            "password in a statement",
            "Tr0ub4dor",
        ),
        (
            json!({"a": "{% 'Basic ' & $base64encode('app:Tr0ub4dor-9xQz7') %}"}),
            "basic authentication",
            "Tr0ub4dor",
        ),
        (
            json!({"a.$": "States.Format('Basic {}', States.Base64Encode('app:Tr0ub4dor-9xQz7'))"}),
            "basic authentication",
            "Tr0ub4dor",
        ),
        (
            json!({"u": format!("https://discord.com/api/webhooks/1234567/{base64}_x1")}),
            "Discord webhook",
            base64,
        ),
        (
            json!({"u": format!("https://a.webhook.office.com/webhookb2/x@y/IncomingWebhook/{}/z", "a1b2".repeat(8))}),
            "Teams webhook",
            "a1b2a1b2",
        ),
        (
            json!({"u": format!("https://api.telegram.org/bot1234567:{base64}/sendMessage")}),
            "Telegram token",
            base64,
        ),
        (
            json!({"k": format!("shpat_{}", "a1b2".repeat(8))}),
            "Shopify token",
            "a1b2a1b2",
        ),
    ] {
        assert_eq!(kinds(&value), [kind], "{value}");
        let mut clean = value.clone();
        assert!(find(&value, "").redactor.clean_json(&mut clean), "{value}");
        assert!(!clean.to_string().contains(part), "{clean}");
    }
}

#[test]
fn each_part_of_one_that_an_expression_puts_together_is_taken_out() {
    let value =
        json!({"u": "{% 'https://h/?api_key=Tr0ub4dor' & '-9xQz7Kw' & '&q=' & $states.input.q %}"});
    let redactor = find(&value, "").redactor;
    for text in ["Tr0ub4dor-9xQz7Kw", "api_key=Tr0ub4dor", "'-9xQz7Kw'"] {
        let clean = redactor.text(text);
        assert!(
            !clean.contains("Tr0ub4dor") && !clean.contains("9xQz7Kw"),
            "{clean}"
        );
    }
}

#[test]
fn a_number_is_a_password_where_nothing_else_is() {
    let value = json!({"db": {"password": 12345678}, "size": 87654321});
    assert_eq!(kinds(&value), [inside::NAMED]);
    let mut clean = value.clone();
    assert!(find(&value, "").redactor.clean_json(&mut clean));
    assert_eq!(clean, json!({"db": {"password": "***"}, "size": 87654321}));
}
