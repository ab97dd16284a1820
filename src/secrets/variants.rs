//! More forms in which people write credentials, and forty that only look like them: each with what must not be shown.

use serde_json::{Value, json};

use super::find;

fn is_found(value: &Value) -> bool {
    !find(value, "").sites.is_empty()
}

#[test]
fn what_only_looks_like_a_credential() {
    for quiet in [
        json!({"password": "SecureString"}),
        json!({"password": "required"}),
        json!({"password": "must be at least 12 characters"}),
        json!({"password": "$dbPassword"}),
        json!({"password": "$USER:$PASS"}),
        json!({"password": "$(cat /run/secrets/db1)"}),
        json!({"password": "$.input.db1"}),
        json!({"password": "{% $join(['a', $states.input.p1]) %}"}),
        json!({"password": "databasePassword"}),
        json!({"passwordHint": "sunshine"}),
        json!({"PasswordLastUsed": "2024-01-01"}),
        json!({"PasswordData": ""}),
        json!({"token": "sunshine"}),
        json!({"secret": "correct horse battery staple"}),
        json!({"password": "lambda:InvokeFunction"}),
        json!({"Command": "mkdir -p build1/out2"}),
        json!({"Command": "docker run -u app -p 8080:80 image:v2"}),
        json!({"Command": "docker run -u 1000 -p 127.0.0.1:8443:443/tcp web"}),
        json!({"Command": "ssh -l kim -p 2222 host1"}),
        json!({"Command": "scp -P 2222 a kim@host1:b"}),
        json!({"Command": ["ls", "-p", "Abc12345"]}),
        json!({"Command": "rsync -u -p a1/b2 c3/d4"}),
        json!({"Command": "tar -x -p -f a1.tar"}),
        json!({"Command": "app -u kim -p $PASS1"}),
        json!({"Command": "app -u kim -p ${PASS1}"}),
        json!({"Command": "openssl enc -pass env:PASS1 -in a"}),
        json!({"Command": "openssl enc -pass pass:$PASS1 -in a"}),
        json!({"Command": "redis-cli -a $REDIS_PASS1 ping"}),
        json!({"Command": "sqlcmd -S db -P $(SqlPass1)"}),
        json!({"Command": "7z x -p$PASS1 a.7z"}),
        json!({"Url": "https://h/reset?password=required&x=1"}),
        json!({"Url": "https://h/?password=${Password}&x=1"}),
        json!({"Sql": "update users set password = password_hash where id = 1"}),
        json!({"Comment": "The password=secret pair is read from the vault"}),
        json!({"x": "{% $join(['https://h/?api_key=', $states.input.k1]) %}"}),
        json!({"x.$": "States.Format('https://h/?api_key={}', $.k1)"}),
        json!({"x": "{% $join($map($states.input.list, function($v){$v.password})) %}"}),
        json!({"pwd": "/home/app1/work"}),
        json!({"Passphrase": "Ask the operator on call"}),
        json!({"password": "changeme please"}),
        json!({"MasterUserPassword": "{{resolve:ssm-secure:db:1}}"}),
    ] {
        assert!(!is_found(&quiet), "{quiet}");
    }
}

#[test]
fn what_is_a_credential() {
    for (value, part) in [
        (json!({"password": "sunshine"}), "sunshine"),
        (json!({"DB_PASSWORD": "MonkeyBanana"}), "Banana"),
        (
            json!({"Name": "DB_PASSWORD", "Value": "monkeybanana"}),
            "monkey",
        ),
        (
            json!({"passphrase": "correct horse battery staple"}),
            "horse",
        ),
        (json!({"password": "Tr0ub4dor 9xQz7"}), "Tr0ub4dor"),
        (json!({"password": "$ecret99!"}), "ecret99"),
        (json!({"password": "$Tr0ub4dor-9xQz7"}), "Tr0ub4dor"),
        (json!({"password": "$2b$12$Tr0ub4dor9xQz7Kw"}), "Tr0ub4dor"),
        (
            json!({"config": "{\"password\": \"$ecret99!\"}"}),
            "ecret99",
        ),
        (
            json!({"config": "{\"password\": \"blue giraffe lamp\"}"}),
            "giraffe",
        ),
        (
            json!({"Command": "tool -u app -p Tr0ub4dor-9xQz7 sync"}),
            "Tr0ub4dor",
        ),
        (
            json!({"Command": "tool --user app -p 'Tr0ub4dor-9xQz7' sync"}),
            "Tr0ub4dor",
        ),
        (json!({"Command": "tool -p Tr0ub4dor!9xQz7"}), "Tr0ub4dor"),
        (
            json!({"Command": ["tool", "-u", "app", "-p", "Tr0ub4dor-9xQz7"]}),
            "Tr0ub4dor",
        ),
        (
            json!({"Command": "sqlcmd -S db -U sa -P Tr0ub4dor-9xQz7 -Q x"}),
            "Tr0ub4dor",
        ),
        (
            json!({"Command": "redis-cli -h cache -a Tr0ub4dor9 ping"}),
            "Tr0ub4dor",
        ),
        (
            json!({"Command": "mongodump -u app -p sunshine --db x"}),
            "sunshine",
        ),
        (
            json!({"Command": "ldapsearch -x -D cn=a -w Tr0ub4dor9"}),
            "Tr0ub4dor",
        ),
        (json!({"Command": "7z x -pTr0ub4dor9 a.7z"}), "Tr0ub4dor"),
        (
            json!({"Command": "openssl enc -aes-256-cbc -pass pass:Tr0ub4dor9"}),
            "Tr0ub4dor",
        ),
        (
            json!({"Command": "smbclient //h/s -U app%Tr0ub4dor9"}),
            "Tr0ub4dor",
        ),
        (json!({"Command": "unzip -P Tr0ub4dor9 a.zip"}), "Tr0ub4dor"),
        (
            json!({"password": "{% $join(['Tr0ub4dor', '-9xQz7']) %}"}),
            "Tr0ub4dor",
        ),
        (
            json!({"x": "{% $join(['https://h/?api_key=', 'Tr0ub4dor-9xQz7']) %}"}),
            "Tr0ub4dor",
        ),
        (
            json!({"x": "{% $join(['https://app:', 'Tr0ub4dor', '@h/']) %}"}),
            "Tr0ub4dor",
        ),
        (
            json!({"x": "{% $join(['user=app', 'password=Tr0ub4dor-9xQz7'], ';') %}"}),
            "Tr0ub4dor",
        ),
        (
            json!({"password.$": "States.Format('{}{}', 'Tr0ub4dor', '-9xQz7')"}),
            "Tr0ub4dor",
        ),
        (
            json!({"x.$": "States.Format('https://app:{}@h/', 'Tr0ub4dor-9xQz7')"}),
            "Tr0ub4dor",
        ),
        (json!({"password": "{% 'sun' & 'shine' %}"}), "sunshine"),
        (
            json!({"Url": "jdbc:postgresql://h/o?user=app&password=sunshine&ssl=1"}),
            "sunshine",
        ),
        (
            json!({"Url": "jdbc:sqlserver://h;user=app;password=monkeybanana;"}),
            "monkey",
        ),
        (json!({"Url": "amqp://app:sunshine@h:5672/"}), "sunshine"),
        (json!({"Env": "PGPASSWORD=Tr0ub4dor9 psql"}), "Tr0ub4dor"),
        (json!({"MasterUserPassword": "sunshine-lamp"}), "lamp"),
        (
            json!({"Variable": "$.password", "StringEquals": "monkeybanana"}),
            "monkey",
        ),
        (
            json!({"env": [{"name": "ADMIN_PWD", "value": "monkeybanana"}]}),
            "monkey",
        ),
        (
            json!({"Item": {"password": {"S": "monkeybanana"}}}),
            "monkey",
        ),
        (
            json!({"Tags": [{"Key": "password", "Value": "monkeybanana"}]}),
            "monkey",
        ),
        (json!({"X-Api-Key": "9f8e7d6c5b4a3210"}), "9f8e7d6c"),
        (json!({"client_secret": "9f8e7d6c-5b4a-3210"}), "9f8e7d6c"),
    ] {
        assert!(is_found(&value), "{value}");
        let mut clean = value.clone();
        assert!(find(&value, "").redactor.clean_json(&mut clean), "{value}");
        assert!(!clean.to_string().contains(part), "{clean}");
    }
}
