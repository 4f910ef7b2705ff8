// @ts-nocheck
// Made of cli/configuration/config.schema.json by `npm run gen`: change that, not this file. Compiling the schema took a tenth of every start.
"use strict";
exports.config = validate20;
const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Configuration of Sluice","description":"What `sluice.yaml` may hold. Every field is optional: an empty file starts a gate on loopback. Unknown keys are refused.","type":"object","additionalProperties":false,"properties":{"organization":{"description":"Name of the organization that the servers, policies and limits of this file belong to. It is created on the first start.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$","default":"default"},"http":{"description":"Where agents reach the gate: Streamable HTTP and WebSocket, health, metrics and the administrative REST interface.","type":"object","additionalProperties":false,"default":{},"properties":{"host":{"description":"Address to listen on. Anything but loopback demands `http.tls` or `http.allowPlaintext`.","type":"string","minLength":1,"default":"127.0.0.1"},"port":{"description":"TCP port. 0 takes a free one, which is printed.","type":"integer","minimum":0,"maximum":65535,"default":8080},"tls":{"description":"Serve HTTPS and secure WebSockets with this certificate (TLS 1.2 and 1.3). Files that change are taken over within two seconds, without dropping a connection. Without it the gate speaks plain HTTP.","type":["object","null"],"additionalProperties":false,"default":null,"required":["key","cert"],"properties":{"key":{"description":"File of the private key, PEM. Relative to this file.","type":"string","minLength":1,"format":"path"},"cert":{"description":"File of the certificate and its chain, PEM. Relative to this file.","type":"string","minLength":1,"format":"path"},"clientCa":{"description":"File of the authorities, PEM, one of which must have issued every client's certificate. Credentials are asked for all the same. `null`: no client certificates.","type":["string","null"],"minLength":1,"format":"path","default":null}}},"allowPlaintext":{"description":"Listen beyond loopback without TLS. Keys and tokens then cross the network readable: only behind something that encrypts.","type":"boolean","default":false},"allowedHosts":{"description":"Values of the `Host` header that are served, without port. Empty: loopback names, the listening address and the host of `http.publicUrl`. Others are refused, which stops DNS rebinding.","type":"array","maxItems":256,"items":{"type":"string","minLength":1,"maxLength":253},"default":[]},"allowedOrigins":{"description":"Values of the `Origin` header (`https://app.example.com`) that are served beside loopback ones. Browsers send it; a request without it is served.","type":"array","maxItems":256,"items":{"type":"string","pattern":"^https?://[^/]+$"},"default":[]},"trustedProxies":{"description":"Networks (CIDR) of reverse proxies whose `X-Forwarded-For` is believed. From anybody else the header is ignored.","type":"array","maxItems":64,"items":{"type":"string","pattern":"^[0-9A-Fa-f.:]+/[0-9]{1,3}$"},"default":[]},"publicUrl":{"description":"The URL that callers use where it differs from the address listened on (behind a proxy). It stands in the resource metadata and in what is printed. `null`: made of host and port.","type":["string","null"],"pattern":"^https?://[^?#]+$","default":null},"bodyBytesMax":{"description":"Bytes of one request's body at most. A larger one is answered 413.","type":"integer","minimum":1024,"maximum":67108864,"default":4194304},"bodyTimeoutMs":{"description":"Milliseconds that a client may take to send a body. A slower one is answered 408.","type":"integer","minimum":100,"maximum":600000,"default":15000},"callsInFlightMax":{"description":"Calls at once, over all callers. Past it calls are answered 503 with `Retry-After`.","type":"integer","minimum":1,"maximum":1000000,"default":10000},"callsInFlightPerCallerMax":{"description":"Calls of one caller at once. Past it this caller's calls are answered 429.","type":"integer","minimum":1,"maximum":1000000,"default":500},"loopDelayMsMax":{"description":"Milliseconds by which the event loop may be late. Past it the process is overloaded: calls in flight go on, new ones are answered 503.","type":"integer","minimum":10,"maximum":600000,"default":250}}},"grpc":{"description":"Where services and the command line reach the control plane.","type":"object","additionalProperties":false,"default":{},"properties":{"host":{"description":"Address to listen on. Anything but loopback demands `grpc.tls` or `grpc.allowPlaintext`.","type":"string","minLength":1,"default":"127.0.0.1"},"port":{"description":"TCP port. 0 takes a free one, which is printed.","type":"integer","minimum":0,"maximum":65535,"default":9090},"tls":{"description":"Serve gRPC over TLS with this certificate.","type":["object","null"],"additionalProperties":false,"default":null,"required":["key","cert"],"properties":{"key":{"description":"File of the private key, PEM. Relative to this file.","type":"string","minLength":1,"format":"path"},"cert":{"description":"File of the certificate and its chain, PEM. Relative to this file.","type":"string","minLength":1,"format":"path"},"clientCa":{"description":"File of the authorities, PEM, that sign the certificates of clients. With it every client must show one (mTLS).","type":["string","null"],"format":"path","default":null}}},"allowPlaintext":{"description":"Listen beyond loopback without TLS. Keys then cross the network readable: only behind something that encrypts.","type":"boolean","default":false}}},"data":{"description":"What is kept.","type":"object","additionalProperties":false,"default":{},"properties":{"folder":{"description":"Folder of the log, the state of the processors and the spool. Created with mode 0700. Relative to this file. Losing it loses everything that was recorded.","type":"string","minLength":1,"format":"path","default":"./.sluice"}}},"cluster":{"description":"Gates that share their sealing keys, behind one address.","type":"object","additionalProperties":false,"default":{},"properties":{"address":{"description":"URL by which the other gates reach this one (`http://10.0.0.7:8080`). A call that waits for a person waits at one gate: its answers are brought there. `null`: the address listened on, which is enough as long as all gates are on this machine.","type":["string","null"],"pattern":"^https?://[^/?#]{1,64}$","default":null},"peers":{"description":"Addresses of the other gates. They are told of sessions that ended, of levels of messages that were set, and of requests that were withdrawn, where a client says that to another gate than the one that holds them. Everything else finds its gate without this.","type":"array","maxItems":64,"items":{"type":"string","pattern":"^https?://[^/?#]{1,64}$"},"default":[]}}},"sealing":{"description":"Keys that seal what clients carry between two requests (sessions, `requestState`, cursors, ids of tasks). Gates behind one address need the same keys, so that any of them can take the next request. Without any, a key is made on the first start and kept in the data folder (`sealing.key`).","type":"object","additionalProperties":false,"default":{},"properties":{"keyFile":{"description":"File with one key a line, each of 32 random characters or more (`openssl rand -base64 32`). The first seals, all open: to exchange a key, append the new one at every gate, then put it first, then take the old one away; a gate reads them when it starts. Relative to this file.","type":["string","null"],"format":"path","default":null},"keys":{"description":"The keys themselves, in front of those of the file; for the environment (`SLUICE_SEALING_KEYS`) rather than for this file.","type":"array","maxItems":8,"items":{"type":"string","minLength":32,"maxLength":1024},"default":[]}}},"kafka":{"description":"The event log on Kafka, for several processes (`sluice serve --role`). Without `brokers` it is embedded, in the data folder of the one process.","type":"object","additionalProperties":false,"default":{},"properties":{"brokers":{"description":"`host:port` of some brokers; the others are learnt from them. Empty: the embedded log.","type":"array","maxItems":64,"items":{"type":"string","pattern":"^[^\\s:/]+:[0-9]{1,5}$|^\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}$","explain":"must be host:port"},"default":[]},"topicPrefix":{"description":"In front of the names of topics and groups, so that several installations can share brokers. The same in all processes, and for good.","type":"string","pattern":"^[A-Za-z0-9._-]{0,64}$","explain":"must be of letters, digits, `.`, `_` and `-`","default":"sluice."},"partitionsMax":{"description":"Partitions of a topic at most, for small installations; at most so many processes share the work of a processor. The same in all processes, and for good.","type":"integer","minimum":1,"maximum":12,"default":12},"replicas":{"description":"Copies of each partition in topics that `sluice migrate` makes. `null`: as many as there are brokers, or are named in `brokers`, 3 at most.","type":["integer","null"],"minimum":1,"maximum":16,"default":null},"minInSyncReplicas":{"description":"So many copies must have a record before it is acknowledged (`min.insync.replicas`); with fewer in sync nothing is written. `null`: 2 where new topics get three copies or more, 1 otherwise, and left as it is where topics are there.","type":["integer","null"],"minimum":1,"maximum":16,"default":null},"tls":{"description":"Whether connections to brokers are encrypted, by the system's authorities or `tlsFiles.ca`.","type":"boolean","default":false},"tlsFiles":{"description":"PEM files for TLS to the brokers.","type":"object","additionalProperties":false,"default":{},"properties":{"ca":{"description":"Certificates of the authorities that are believed. Relative to this file.","type":["string","null"],"format":"path","default":null},"cert":{"description":"Our certificate, where brokers ask for one. Relative to this file.","type":["string","null"],"format":"path","default":null},"key":{"description":"The private key of `cert`. Relative to this file.","type":["string","null"],"format":"path","default":null}}},"sasl":{"description":"How this program logs in to the brokers.","type":"object","additionalProperties":false,"default":{},"properties":{"mechanism":{"description":"`none`: not at all.","enum":["none","plain","scram-sha-256","scram-sha-512"],"default":"none"},"username":{"description":"The name to log in with.","type":"string","maxLength":1024,"default":""},"password":{"description":"The password to it; better in the environment (`SLUICE_KAFKA_SASL_PASSWORD`) than in this file.","type":"string","maxLength":4096,"default":""}}},"waitMs":{"description":"Milliseconds that `sluice migrate` waits for brokers that are not there yet.","type":"integer","minimum":0,"maximum":3600000,"default":120000}}},"schemaRegistry":{"description":"A schema registry with Confluent's API. Where one is named, records on Kafka are written in Confluent's framing, with its schema ids; both framings are read in any case.","type":"object","additionalProperties":false,"default":{},"properties":{"url":{"description":"Its address: `https://registry.example`, or that of a compatible API (`https://apicurio.example/apis/ccompat/v7`). `sluice migrate` registers the schemas there. `null`: none.","type":["string","null"],"pattern":"^https?://[^\\s@]+$","explain":"must be an address of http or https, without a user","default":null},"username":{"description":"The name to log in with; empty: without.","type":"string","maxLength":1024,"default":""},"password":{"description":"The password to it; better in the environment (`SLUICE_SCHEMA_REGISTRY_PASSWORD`) than in this file.","type":"string","maxLength":4096,"default":""}}},"views":{"description":"What a gate decides by: keys, users, policies, servers and limits, as it has read them from the log.","type":"object","additionalProperties":false,"default":{},"properties":{"ageMsMax":{"description":"Milliseconds that a gate goes on deciding by what it has read while it can't compare it with the log on Kafka. After that every call is denied.","type":"integer","minimum":1000,"maximum":604800000,"default":900000}}},"audit":{"description":"How calls are recorded.","type":"object","additionalProperties":false,"default":{},"properties":{"mode":{"description":"For servers that don't say it themselves. `strict`: a call's intent is durable before it is forwarded, and while the log can't be written calls are answered 503. `buffered`: recorded behind the call; a crash of the machine may lose the last milliseconds, which the gap in the sequence then shows.","enum":["strict","buffered"],"default":"strict"},"arguments":{"description":"What is kept of a call's arguments. `redacted`: all of them, secrets and personal data taken out. `none`: only their size.","enum":["redacted","none"],"default":"redacted"},"redaction":{"description":"What is taken out in addition to the rules that are built in.","type":"object","additionalProperties":false,"default":{},"properties":{"keys":{"description":"Names of arguments whose values are never kept, in any case of letters, at any depth.","type":"array","maxItems":256,"items":{"type":"string","minLength":1,"maxLength":128},"default":[]},"patterns":{"description":"Regular expressions (JavaScript, flag `u`). What they match in a text is replaced before anything is written.","type":"array","maxItems":64,"items":{"type":"string","minLength":1,"maxLength":512},"default":[]}}},"spoolBytesMax":{"description":"Bytes of records that may wait on disk while the log can't take them. Past it `strict` calls are answered 503.","type":"integer","minimum":1048576,"maximum":1099511627776,"default":1073741824}}},"authentication":{"description":"Who is believed beside the API keys that Sluice issues.","type":"object","additionalProperties":false,"default":{},"properties":{"issuers":{"description":"Issuers of JWTs. A token counts only if one of them signed it, for one of its audiences. Empty: API keys only.","type":"array","maxItems":64,"default":[],"items":{"$ref":"#/$defs/issuer"}}}},"anomalies":{"description":"Finding what is unusual about callers, tools and servers.","type":"object","additionalProperties":false,"default":{},"properties":{"enabled":{"description":"Whether it is looked for.","type":"boolean","default":true},"alertsPerDay":{"description":"False alerts a day that an organization is ready to look at, for callers and for tools and servers each. It sets how rare something must be.","type":"number","exclusiveMinimum":0,"maximum":10000,"default":2},"windowMs":{"description":"Milliseconds of activity that are judged together.","type":"integer","minimum":1000,"maximum":3600000,"default":60000},"settleMs":{"description":"Milliseconds after the end of a window until it is judged: when the records of all gates have come.","type":"integer","minimum":500,"maximum":600000,"default":20000},"responses":{"description":"What is done about an anomaly besides telling it, by what it is about. Nothing unless told.","type":"object","additionalProperties":false,"default":{},"properties":{"caller":{"description":"About a caller.","type":"array","maxItems":8,"default":[],"items":{"type":"object","additionalProperties":false,"required":["strength","action"],"properties":{"strength":{"description":"From this strength on: how many times rarer than the alert budget allows.","type":"number","minimum":1,"maximum":1000000},"action":{"description":"`throttle`: at most `callsPerMinute` at each gate. `step-up`: only who proved anew who they are. `quarantine`: nothing passes.","enum":["throttle","step-up","quarantine"]},"lastsMs":{"description":"Milliseconds that it lasts, unless an administrator releases it.","type":"integer","minimum":1000,"maximum":31622400000,"default":900000},"callsPerMinute":{"description":"For `throttle`.","type":"integer","minimum":1,"maximum":1000000,"default":6}}}},"tool":{"description":"About a tool.","type":"array","maxItems":8,"default":[],"items":{"type":"object","additionalProperties":false,"required":["strength","action"],"properties":{"strength":{"description":"From this strength on: how many times rarer than the alert budget allows.","type":"number","minimum":1,"maximum":1000000},"action":{"description":"`throttle`: at most `callsPerMinute` at each gate. `step-up`: only who proved anew who they are. `quarantine`: nothing passes.","enum":["throttle","step-up","quarantine"]},"lastsMs":{"description":"Milliseconds that it lasts, unless an administrator releases it.","type":"integer","minimum":1000,"maximum":31622400000,"default":900000},"callsPerMinute":{"description":"For `throttle`.","type":"integer","minimum":1,"maximum":1000000,"default":6}}}},"server":{"description":"About a server.","type":"array","maxItems":8,"default":[],"items":{"type":"object","additionalProperties":false,"required":["strength","action"],"properties":{"strength":{"description":"From this strength on: how many times rarer than the alert budget allows.","type":"number","minimum":1,"maximum":1000000},"action":{"description":"`throttle`: at most `callsPerMinute` at each gate. `step-up`: only who proved anew who they are. `quarantine`: nothing passes.","enum":["throttle","step-up","quarantine"]},"lastsMs":{"description":"Milliseconds that it lasts, unless an administrator releases it.","type":"integer","minimum":1000,"maximum":31622400000,"default":900000},"callsPerMinute":{"description":"For `throttle`.","type":"integer","minimum":1,"maximum":1000000,"default":6}}}}}}}},"limiter":{"description":"How rate limits are kept.","type":"object","additionalProperties":false,"default":{},"properties":{"fallback":{"description":"What a gate does while it can't reach the processor that counts.","type":"object","additionalProperties":false,"default":{},"properties":{"share":{"description":"Share of each limit, from 0 to 1, that all gates together may admit by themselves. 0: calls that a limit applies to are refused.","type":"number","minimum":0,"maximum":1,"default":1},"gates":{"description":"Gates that divide the share among them.","type":"integer","minimum":1,"maximum":10000,"default":1},"lastsMs":{"description":"Milliseconds that it lasts at most. After that, calls that a limit applies to are refused.","type":"integer","minimum":0,"maximum":86400000,"default":60000}}}}},"upstreams":{"description":"Where upstreams may be, and what servers that are registered through an interface (gRPC, REST) may start. Link-local addresses, with the metadata services of clouds, are always refused.","type":"object","additionalProperties":false,"default":{},"properties":{"allowLoopback":{"description":"Upstream URLs may lead to this machine. `null`: as long as `http.host` is loopback.","type":["boolean","null"],"default":null},"allowPrivate":{"description":"Upstream URLs may lead to private networks. Leaving it off keeps a registered server from reaching your inside (SSRF).","type":"boolean","default":false},"stdioCommands":{"description":"Commands that a registered stdio server may start. An entry may hold the first arguments (`npx -y @acme/server`), which must then be the first; a bare `npx` or `sh` allows everything. Empty: none.","type":"array","maxItems":256,"items":{"type":"string","minLength":1,"maxLength":4096},"default":[]},"stdioEnvironment":{"description":"Variables that a registered stdio server may set for its program. `NODE_OPTIONS` or `LD_PRELOAD` allow everything. Empty: none.","type":"array","maxItems":256,"items":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"default":[]},"environmentNames":{"description":"Variables of the gate's environment that a registered server may refer to as `${env:NAME}`. Empty: none.","type":"array","maxItems":256,"items":{"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"default":[]}}},"aggregation":{"description":"Endpoints that are made of several servers: `/mcp` and virtual servers.","type":"object","additionalProperties":false,"default":{},"properties":{"pageItemsMax":{"description":"Entries of one page of a merged list at most; further ones are behind its cursor.","type":"integer","minimum":1,"maximum":10000,"default":1000},"listTimeoutMs":{"description":"Milliseconds in which each server must have answered for a merged list. A later one costs its own entries only, and the answer names it.","type":"integer","minimum":100,"maximum":120000,"default":5000},"metaTools":{"description":"Whether `/mcp`, and virtual servers that don't say it themselves, show `search_tools`, `describe_tool` and `call_tool` in place of a list of all tools: `off`, `always`, or `auto` for callers who have more tools than `metaToolsAbove`.","enum":["off","auto","always"],"default":"off"},"metaToolsAbove":{"description":"With `auto`: tools that a caller may have before they are found by searching.","type":"integer","minimum":0,"maximum":1000000,"default":100}}},"cache":{"description":"Answers of servers that are kept as long as their own hints (`ttlMs`, `cacheScope` of 2026-07-28) allow: `server/discover`, lists and resources. Policies are applied to what is kept, for each caller anew.","type":"object","additionalProperties":false,"default":{},"properties":{"bytesMax":{"description":"Bytes of answers that are kept at most, in memory. 0 keeps none.","type":"integer","minimum":0,"maximum":17179869184,"default":67108864},"entriesMax":{"description":"Answers that are kept at most.","type":"integer","minimum":0,"maximum":10000000,"default":10000},"ttlMsMax":{"description":"Milliseconds up to which hints of servers count, here and towards callers. 0 keeps none.","type":"integer","minimum":0,"maximum":86400000,"default":300000},"legacyTtlMs":{"description":"Milliseconds for which lists of servers of earlier revisions, which give no hints, are kept for the caller who asked. 0: not at all.","type":"integer","minimum":0,"maximum":86400000,"default":0}}},"telemetry":{"description":"OpenTelemetry. Nothing of it is loaded unless `endpoint` is set.","type":"object","additionalProperties":false,"default":{},"properties":{"endpoint":{"description":"URL of an OTLP/HTTP receiver (`http://127.0.0.1:4318`). Traces and metrics are sent there.","type":["string","null"],"pattern":"^https?://[^?#]+$","default":null},"headers":{"description":"Headers sent to the receiver, such as its key. Never shown.","type":"object","maxProperties":32,"additionalProperties":{"type":"string","maxLength":4096},"default":{}},"serviceName":{"description":"`service.name` of what is sent.","type":"string","minLength":1,"maxLength":255,"default":"sluice"},"sampleRatio":{"description":"Share of calls, from 0 to 1, that are traced where the caller didn't decide it. Each traced call costs processor time.","type":"number","minimum":0,"maximum":1,"default":0.1},"metricsIntervalMs":{"description":"Milliseconds between two exports of metrics.","type":"integer","minimum":1000,"maximum":3600000,"default":60000}}},"elasticsearch":{"description":"Where calls, administrative acts and changes of upstreams are sent for analysts to search (docs/analysts.md). Nothing is sent unless `urls` is set.","type":"object","additionalProperties":false,"default":{},"properties":{"urls":{"description":"Nodes of one cluster (`https://es-1.example:9200`). Plain `http` beyond loopback demands `elasticsearch.allowPlaintext`. Empty: none.","type":"array","maxItems":64,"items":{"type":"string","pattern":"^https?://[^@?#\\s]+$"},"default":[]},"apiKey":{"description":"API key, encoded as Elasticsearch prints it. Better in the environment or in `elasticsearch.apiKeyFile`. Never shown.","type":["string","null"],"minLength":1,"maxLength":4096,"default":null},"apiKeyFile":{"description":"File that holds the API key. Relative to this file.","type":["string","null"],"minLength":1,"format":"path","default":null},"username":{"description":"User, in place of an API key.","type":["string","null"],"minLength":1,"maxLength":1024,"default":null},"password":{"description":"The user's password. Better in the environment or in `elasticsearch.passwordFile`. Never shown.","type":["string","null"],"minLength":1,"maxLength":4096,"default":null},"passwordFile":{"description":"File that holds the password. Relative to this file.","type":["string","null"],"minLength":1,"format":"path","default":null},"ca":{"description":"File of the authorities, PEM, that sign the certificates of the nodes. Relative to this file. `null`: those that Node knows.","type":["string","null"],"minLength":1,"format":"path","default":null},"allowPlaintext":{"description":"Speak plain `http` beyond loopback. The audit and the key then cross the network readable: only behind something that encrypts.","type":"boolean","default":false},"namespace":{"description":"The data stream is `logs-sluice.audit-{namespace}`: one for each installation that shares a cluster.","type":"string","pattern":"^[a-z0-9][a-z0-9_.]{0,63}$","default":"default"},"retentionDays":{"description":"Days that documents are kept at least, as the data stream's own lifecycle. Counts for a data stream that is made after it was set.","type":"integer","minimum":1,"maximum":36500,"default":400},"arguments":{"description":"What is sent of a call's arguments. `none`: only their size. `redacted`: as they are on the log (`audit.arguments`), shown and not searched.","enum":["none","redacted"],"default":"none"},"installTemplate":{"description":"Put the index template before the first document. `false`: `sluice migrate` has put it, with a key that may.","type":"boolean","default":true},"batchRecordsMax":{"description":"Documents of one request at most.","type":"integer","minimum":1,"maximum":5000,"default":1000},"requestTimeoutMs":{"description":"Milliseconds that Elasticsearch may take to answer. What was not answered is sent again.","type":"integer","minimum":100,"maximum":600000,"default":30000}}},"log":{"description":"The structured log on standard error: lines of JSON about the gate itself. Calls are on the event log instead.","type":"object","additionalProperties":false,"default":{},"properties":{"level":{"description":"Least level that is written.","enum":["debug","info","warn","error"],"default":"info"}}},"shutdown":{"description":"How the gate stops on SIGTERM or SIGINT.","type":"object","additionalProperties":false,"default":{},"properties":{"graceMs":{"description":"Milliseconds that calls in flight may take to end. What is left then is cut off.","type":"integer","minimum":0,"maximum":600000,"default":10000}}},"servers":{"description":"MCP servers behind the gate. Servers that an earlier version of this file named and this one doesn't are removed.","type":"array","maxItems":1000,"default":[],"items":{"$ref":"#/$defs/server"}},"policies":{"description":"Who may do what. Nothing is allowed unless a rule allows it, and a rule that denies wins.","type":"array","maxItems":1000,"default":[],"items":{"$ref":"#/$defs/policy"}},"budgets":{"description":"What may be spent in a day or a month.","type":"array","maxItems":1000,"default":[],"items":{"$ref":"#/$defs/budget"}},"limits":{"description":"Rate limits. A call that several fit must be admitted by all of them.","type":"array","maxItems":1000,"default":[],"items":{"$ref":"#/$defs/limit"}},"virtualServers":{"description":"Endpoints (`/mcp/v/{name}`) that pick and rename tools, prompts and resources of several servers.","type":"array","maxItems":1000,"default":[],"items":{"$ref":"#/$defs/virtualServer"}}},"$defs":{"issuer":{"type":"object","additionalProperties":false,"required":["issuer","jwksUrl","audiences"],"properties":{"issuer":{"description":"The `iss` claim, compared exactly.","type":"string","minLength":1,"maxLength":1024},"jwksUrl":{"description":"Where the issuer publishes its keys. Plain `http` only on loopback.","type":"string","pattern":"^https?://[^#]+$"},"audiences":{"description":"Values of the `aud` claim that are meant for this gate, at least one: a token for anybody else is refused.","type":"array","minItems":1,"maxItems":32,"items":{"type":"string","minLength":1,"maxLength":1024}},"algorithms":{"description":"Signature algorithms of this issuer. Tokens signed otherwise are refused.","type":"array","minItems":1,"items":{"enum":["RS256","RS384","RS512","PS256","PS384","PS512","ES256","ES384","ES512","EdDSA","Ed25519"]},"default":["RS256"]},"organization":{"description":"Organization of every caller from this issuer. Give this or `organizationClaim`; neither means the organization of this file.","type":["string","null"],"pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$","default":null},"organizationClaim":{"description":"Claim that holds the caller's organization. A token without it is refused.","type":["string","null"],"minLength":1,"maxLength":256,"default":null},"claims":{"description":"Which claims hold what.","type":"object","additionalProperties":false,"default":{},"properties":{"user":{"description":"The user's id.","type":"string","minLength":1,"maxLength":256,"default":"sub"},"agent":{"description":"The agent that acts for the user; `null`: none.","type":["string","null"],"minLength":1,"maxLength":256,"default":null},"roles":{"description":"Roles, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"roles"},"scopes":{"description":"Scopes, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"scope"},"groups":{"description":"Groups, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"groups"}}}}},"server":{"description":"An MCP server. With one upstream, write `url` or `command` here; with several, `upstreams`.","type":"object","additionalProperties":false,"required":["name"],"oneOf":[{"required":["url"]},{"required":["command"]},{"required":["upstreams"]}],"explain":"a server needs exactly one of `url`, `command` and `upstreams`","dependentRequired":{"headers":["url"],"tls":["url"],"args":["command"],"env":["command"],"cwd":["command"],"processesMax":["command"]},"properties":{"name":{"description":"What callers write: `/mcp/{name}`. Lower case letters, digits and single hyphens, at most 64 characters, and not `v`, `ws` or `sse`.","type":"string","maxLength":64,"pattern":"^[a-z0-9](?:-?[a-z0-9]){0,63}$"},"title":{"description":"Name for people. Its name unless given.","type":"string","maxLength":256},"description":{"description":"What it is for.","type":"string","maxLength":4096,"default":""},"costs":{"description":"What a call of each tool costs, for budgets and usage: names, or patterns with `*`. What no entry fits costs 1.","type":"object","maxProperties":256,"additionalProperties":{"type":"integer","minimum":0,"maximum":1000000}},"labels":{"description":"Labels that rules can match: `env: prod`.","type":"object","maxProperties":32,"propertyNames":{"pattern":"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"},"additionalProperties":{"type":"string","maxLength":128},"default":{}},"audit":{"description":"As `audit.mode`, for this server. Unless given, that one.","enum":["strict","buffered"]},"timeouts":{"description":"How long its calls may take.","type":"object","additionalProperties":false,"default":{},"properties":{"answerMs":{"description":"Milliseconds from the request to the head of the answer. Later ones are answered as timeouts.","type":"integer","minimum":1,"maximum":86400000,"default":60000},"idleMs":{"description":"Milliseconds between two bytes of an answer; 0 for no bound.","type":"integer","minimum":0,"maximum":86400000,"default":300000},"totalMs":{"description":"Milliseconds for the whole call; 0 for no bound.","type":"integer","minimum":0,"maximum":86400000,"default":0}}},"kind":{"$ref":"#/$defs/kind"},"url":{"$ref":"#/$defs/url"},"headers":{"$ref":"#/$defs/headers"},"tls":{"$ref":"#/$defs/tls"},"command":{"$ref":"#/$defs/command"},"args":{"$ref":"#/$defs/args"},"env":{"$ref":"#/$defs/env"},"cwd":{"$ref":"#/$defs/cwd"},"processesMax":{"$ref":"#/$defs/processesMax"},"upstreams":{"description":"Running endpoints of this server. Calls go to the one with the fewest requests in flight.","type":"array","minItems":1,"maxItems":32,"items":{"$ref":"#/$defs/upstream"}}}},"upstream":{"type":"object","additionalProperties":false,"oneOf":[{"required":["url"]},{"required":["command"]}],"explain":"an upstream needs exactly one of `url` and `command`","dependentRequired":{"headers":["url"],"tls":["url"],"args":["command"],"env":["command"],"cwd":["command"],"processesMax":["command"]},"properties":{"id":{"description":"Unique in its server. Its place in the list, from 1, unless given.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},"kind":{"$ref":"#/$defs/kind"},"url":{"$ref":"#/$defs/url"},"headers":{"$ref":"#/$defs/headers"},"tls":{"$ref":"#/$defs/tls"},"command":{"$ref":"#/$defs/command"},"args":{"$ref":"#/$defs/args"},"env":{"$ref":"#/$defs/env"},"cwd":{"$ref":"#/$defs/cwd"},"processesMax":{"$ref":"#/$defs/processesMax"}}},"kind":{"description":"How the server is spoken to. Unless given: `stdio` with a `command`, `websocket` with a `ws` or `wss` address, else `http` (Streamable HTTP). `sse` is the transport HTTP+SSE of 2024-11-05.","enum":["http","sse","websocket","stdio"]},"url":{"description":"Its endpoint: `http` or `https`, for WebSocket `ws` or `wss`.","type":"string","maxLength":2048,"pattern":"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"},"headers":{"description":"Sent with every request. A value may be `${env:NAME}`, which is read when the gate connects and never stored or shown.","type":"object","maxProperties":32,"propertyNames":{"pattern":"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"},"additionalProperties":{"type":"string","maxLength":4096}},"tls":{"description":"For `https` and `wss`: how this server is trusted, and how the gate shows itself to it. `ca`, `cert` and `key` are each the path of a PEM file (relative to this file; read again when it changes), `${env:NAME}`, or, save for `key`, the PEM text itself.","type":"object","additionalProperties":false,"dependentRequired":{"cert":["key"],"key":["cert"]},"properties":{"ca":{"description":"Authorities that are trusted, instead of the public ones.","type":"string","minLength":1,"maxLength":131072},"cert":{"description":"The gate's client certificate and its chain.","type":"string","minLength":1,"maxLength":131072},"key":{"description":"The private key of `cert`.","type":"string","minLength":1,"maxLength":4096},"serverName":{"description":"The name in the server's certificate, where it isn't the host of `url`.","type":"string","maxLength":253,"pattern":"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"}}},"command":{"description":"Program of a stdio server, started without a shell.","type":"string","minLength":1,"maxLength":4096},"args":{"description":"Its arguments.","type":"array","maxItems":256,"items":{"type":"string","maxLength":32768}},"env":{"description":"Variables added to a minimal environment (PATH, HOME, LANG, TMPDIR). A value may be `${env:NAME}`.","type":"object","maxProperties":256,"propertyNames":{"pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"additionalProperties":{"type":"string","maxLength":32768}},"cwd":{"description":"Folder it is started in. Relative to this file.","type":["string","null"],"minLength":1,"format":"path"},"processesMax":{"description":"Processes of it at once; 8 unless given. Each session of a client, and each caller of the stateless revision, has one of its own.","type":"integer","minimum":1,"maximum":64},"texts":{"type":["string","array"],"minLength":1,"maxLength":1024,"maxItems":1024,"items":{"type":"string","minLength":1,"maxLength":1024}},"policy":{"type":"object","additionalProperties":false,"required":["policyId","rules"],"properties":{"policyId":{"description":"Name of the policy, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1000,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"shadow":{"description":"`true`: it is judged beside the policies in force and changes nothing; `sluice policies reviews` tells what it would decide otherwise.","type":"boolean","default":false},"replaces":{"description":"For a shadow: the policy in whose place it would come. Unless told, it would come in addition.","type":["string","null"],"default":null},"rules":{"description":"Its rules; their order has no meaning.","type":"array","maxItems":1000,"items":{"$ref":"#/$defs/rule"}}}},"rule":{"type":"object","additionalProperties":false,"required":["id","effect"],"properties":{"id":{"description":"Name of the rule, unique in its policy. It stands in decisions.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"effect":{"description":"`deny` wins over every `allow`.","enum":["allow","deny"]},"match":{"description":"Calls it is about: each part given must fit, one entry of a list is enough, `*` stands for any run of characters. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"roles":{"$ref":"#/$defs/texts","description":"Roles of the caller."},"scopes":{"$ref":"#/$defs/texts","description":"Scopes of the caller's credential."},"groups":{"$ref":"#/$defs/texts","description":"Groups of the caller."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"virtualServers":{"$ref":"#/$defs/texts","description":"Virtual servers through which calls come; other calls don't fit."},"labels":{"description":"Labels of the server; every one named must have that value.","type":"object","maxProperties":32,"additionalProperties":{"type":"string","maxLength":128}},"methods":{"$ref":"#/$defs/texts","description":"MCP methods: `tools/call`, `tools/*`."},"tools":{"$ref":"#/$defs/texts","description":"Tools, as the server names them."},"prompts":{"$ref":"#/$defs/texts","description":"Prompts by name."},"resources":{"$ref":"#/$defs/texts","description":"Resources by URI."},"addresses":{"$ref":"#/$defs/texts","description":"Networks of callers, CIDR."}}},"when":{"description":"A CEL condition that must hold, too, over `caller`, `server`, `call`, `args`, `address` and `now`.","type":["string","null"],"minLength":1,"maxLength":4096,"default":null},"reason":{"description":"Told to the caller whom this rule denies.","type":["string","null"],"maxLength":500,"default":null}}},"budget":{"type":"object","additionalProperties":false,"required":["budgetId","unit","period","amountMax"],"properties":{"budgetId":{"description":"Name of the budget, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1024,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"unit":{"description":"`calls` that were forwarded, their `bytes` in both directions, or their `cost` in the units of `servers[].costs`.","enum":["calls","bytes","cost"]},"period":{"description":"A day or a month, in UTC.","enum":["day","month"]},"amountMax":{"description":"What may be spent in a period. What the last windows of activity spend may come on top of it.","type":"integer","minimum":1,"maximum":1000000000000000},"per":{"description":"What is counted apart. Several together count every combination apart.","type":"array","minItems":1,"uniqueItems":true,"default":["organization"],"items":{"enum":["organization","user","agent","server","endpoint"]}},"match":{"description":"Calls it counts: each part given must fit, one entry of a list is enough, `*` stands for any run of characters. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"tools":{"$ref":"#/$defs/texts","description":"Tools and prompts by the name that their server gives them."}}}}},"limit":{"type":"object","additionalProperties":false,"required":["limitId","callsMax","windowMs"],"properties":{"limitId":{"description":"Name of the limit, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1000,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"callsMax":{"description":"Calls in any window at most.","type":"integer","minimum":1,"maximum":1000000000},"windowMs":{"description":"Length of the sliding window in milliseconds.","type":"integer","minimum":100,"maximum":86400000},"per":{"description":"What is counted apart; every combination has its own window. `endpoint` is server, method and name. The organization always counts apart.","type":"array","minItems":1,"maxItems":6,"uniqueItems":true,"items":{"enum":["organization","user","agent","server","tool","endpoint"]},"default":["organization"]},"match":{"description":"Calls that it counts, as in rules. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"roles":{"$ref":"#/$defs/texts","description":"Roles of the caller."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"methods":{"$ref":"#/$defs/texts","description":"MCP methods."},"tools":{"$ref":"#/$defs/texts","description":"Tools, as the server names them."}}}}},"virtualServer":{"description":"An endpoint of its own that shows chosen things of several servers. Every call is decided, limited and recorded as the real server's.","type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"description":"What callers write: `/mcp/v/{name}`. Lower case letters, digits and single hyphens, at most 64 characters, and not `v`, `ws` or `sse`.","type":"string","maxLength":64,"pattern":"^[a-z0-9](?:-?[a-z0-9]){0,63}$"},"title":{"description":"Name for people. Its name unless given.","type":"string","maxLength":256},"description":{"description":"What it is for.","type":"string","maxLength":4096,"default":""},"instructions":{"description":"What the endpoint tells models about itself. Empty: what its servers say.","type":"string","maxLength":16384,"default":""},"metaTools":{"description":"`always`: tools are found with `search_tools` in place of a list of them all. `auto`: as soon as the caller has more than `aggregation.metaToolsAbove`. `off`: never. `null`: as `aggregation.metaTools`.","enum":["off","auto","always",null],"default":null},"tools":{"description":"Tools that it shows. Two picks that could ever give the same name to different tools are refused.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/namePick"},"default":[]},"prompts":{"description":"Prompts that it shows, as `tools`.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/namePick"},"default":[]},"resources":{"description":"Resources and templates that it shows. What is not picked can't be read.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/resourcePick"},"default":[]}}},"namePick":{"description":"Tools or prompts of one server.","type":"object","additionalProperties":false,"required":["server","pick"],"properties":{"server":{"description":"The server's name. It need not be there yet.","type":"string","minLength":1,"maxLength":64},"pick":{"description":"What the server calls it; `*` stands for any run of characters.","type":"string","minLength":1,"maxLength":128},"except":{"$ref":"#/$defs/texts","description":"Not these, of what `pick` fits; may hold `*`."},"name":{"description":"What it is called here. Only where `pick` is a whole name.","type":["string","null"],"minLength":1,"maxLength":128,"default":null},"prefix":{"description":"Stands here in front of the server's name for it.","type":"string","maxLength":64,"default":""},"title":{"description":"In place of the server's own title. Only where `pick` has no `*`.","type":["string","null"],"maxLength":256,"default":null},"description":{"description":"In place of the server's own description. Only where `pick` has no `*`.","type":["string","null"],"maxLength":16384,"default":null}}},"resourcePick":{"description":"Resources and resource templates of one server.","type":"object","additionalProperties":false,"required":["server","pick"],"properties":{"server":{"description":"The server's name. It need not be there yet.","type":"string","minLength":1,"maxLength":64},"pick":{"description":"A URI, or the text of a template, as the server names it; `*` stands for any run of characters.","type":"string","minLength":1,"maxLength":512},"except":{"$ref":"#/$defs/texts","description":"Not these, of what `pick` fits; may hold `*`."},"uri":{"description":"The URI that it has here. Only where `pick` is a whole URI; its contents then carry it, too.","type":["string","null"],"minLength":1,"maxLength":512,"default":null},"title":{"description":"In place of the server's own title. Only where `pick` has no `*`.","type":["string","null"],"maxLength":256,"default":null},"description":{"description":"In place of the server's own description. Only where `pick` has no `*`.","type":["string","null"],"maxLength":16384,"default":null}}}}};
const schema32 = {"type":"object","additionalProperties":false,"required":["issuer","jwksUrl","audiences"],"properties":{"issuer":{"description":"The `iss` claim, compared exactly.","type":"string","minLength":1,"maxLength":1024},"jwksUrl":{"description":"Where the issuer publishes its keys. Plain `http` only on loopback.","type":"string","pattern":"^https?://[^#]+$"},"audiences":{"description":"Values of the `aud` claim that are meant for this gate, at least one: a token for anybody else is refused.","type":"array","minItems":1,"maxItems":32,"items":{"type":"string","minLength":1,"maxLength":1024}},"algorithms":{"description":"Signature algorithms of this issuer. Tokens signed otherwise are refused.","type":"array","minItems":1,"items":{"enum":["RS256","RS384","RS512","PS256","PS384","PS512","ES256","ES384","ES512","EdDSA","Ed25519"]},"default":["RS256"]},"organization":{"description":"Organization of every caller from this issuer. Give this or `organizationClaim`; neither means the organization of this file.","type":["string","null"],"pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$","default":null},"organizationClaim":{"description":"Claim that holds the caller's organization. A token without it is refused.","type":["string","null"],"minLength":1,"maxLength":256,"default":null},"claims":{"description":"Which claims hold what.","type":"object","additionalProperties":false,"default":{},"properties":{"user":{"description":"The user's id.","type":"string","minLength":1,"maxLength":256,"default":"sub"},"agent":{"description":"The agent that acts for the user; `null`: none.","type":["string","null"],"minLength":1,"maxLength":256,"default":null},"roles":{"description":"Roles, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"roles"},"scopes":{"description":"Scopes, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"scope"},"groups":{"description":"Groups, a list or a text with spaces.","type":"string","minLength":1,"maxLength":256,"default":"groups"}}}}};
const func1 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern4 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$", "u");
const pattern5 = new RegExp("^https?://[^/]+$", "u");
const pattern6 = new RegExp("^[0-9A-Fa-f.:]+/[0-9]{1,3}$", "u");
const pattern7 = new RegExp("^https?://[^?#]+$", "u");
const pattern8 = new RegExp("^https?://[^/?#]{1,64}$", "u");
const pattern10 = new RegExp("^[^\\s:/]+:[0-9]{1,5}$|^\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}$", "u");
const pattern11 = new RegExp("^[A-Za-z0-9._-]{0,64}$", "u");
const pattern12 = new RegExp("^https?://[^\\s@]+$", "u");
const pattern13 = new RegExp("^https?://[^#]+$", "u");
const pattern15 = new RegExp("^[A-Za-z_][A-Za-z0-9_]{0,127}$", "u");
const pattern18 = new RegExp("^https?://[^@?#\\s]+$", "u");
const pattern19 = new RegExp("^[a-z0-9][a-z0-9_.]{0,63}$", "u");
const schema33 = {"description":"An MCP server. With one upstream, write `url` or `command` here; with several, `upstreams`.","type":"object","additionalProperties":false,"required":["name"],"oneOf":[{"required":["url"]},{"required":["command"]},{"required":["upstreams"]}],"explain":"a server needs exactly one of `url`, `command` and `upstreams`","dependentRequired":{"headers":["url"],"tls":["url"],"args":["command"],"env":["command"],"cwd":["command"],"processesMax":["command"]},"properties":{"name":{"description":"What callers write: `/mcp/{name}`. Lower case letters, digits and single hyphens, at most 64 characters, and not `v`, `ws` or `sse`.","type":"string","maxLength":64,"pattern":"^[a-z0-9](?:-?[a-z0-9]){0,63}$"},"title":{"description":"Name for people. Its name unless given.","type":"string","maxLength":256},"description":{"description":"What it is for.","type":"string","maxLength":4096,"default":""},"costs":{"description":"What a call of each tool costs, for budgets and usage: names, or patterns with `*`. What no entry fits costs 1.","type":"object","maxProperties":256,"additionalProperties":{"type":"integer","minimum":0,"maximum":1000000}},"labels":{"description":"Labels that rules can match: `env: prod`.","type":"object","maxProperties":32,"propertyNames":{"pattern":"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"},"additionalProperties":{"type":"string","maxLength":128},"default":{}},"audit":{"description":"As `audit.mode`, for this server. Unless given, that one.","enum":["strict","buffered"]},"timeouts":{"description":"How long its calls may take.","type":"object","additionalProperties":false,"default":{},"properties":{"answerMs":{"description":"Milliseconds from the request to the head of the answer. Later ones are answered as timeouts.","type":"integer","minimum":1,"maximum":86400000,"default":60000},"idleMs":{"description":"Milliseconds between two bytes of an answer; 0 for no bound.","type":"integer","minimum":0,"maximum":86400000,"default":300000},"totalMs":{"description":"Milliseconds for the whole call; 0 for no bound.","type":"integer","minimum":0,"maximum":86400000,"default":0}}},"kind":{"$ref":"#/$defs/kind"},"url":{"$ref":"#/$defs/url"},"headers":{"$ref":"#/$defs/headers"},"tls":{"$ref":"#/$defs/tls"},"command":{"$ref":"#/$defs/command"},"args":{"$ref":"#/$defs/args"},"env":{"$ref":"#/$defs/env"},"cwd":{"$ref":"#/$defs/cwd"},"processesMax":{"$ref":"#/$defs/processesMax"},"upstreams":{"description":"Running endpoints of this server. Calls go to the one with the fewest requests in flight.","type":"array","minItems":1,"maxItems":32,"items":{"$ref":"#/$defs/upstream"}}}};
const schema34 = {"description":"How the server is spoken to. Unless given: `stdio` with a `command`, `websocket` with a `ws` or `wss` address, else `http` (Streamable HTTP). `sse` is the transport HTTP+SSE of 2024-11-05.","enum":["http","sse","websocket","stdio"]};
const schema35 = {"description":"Its endpoint: `http` or `https`, for WebSocket `ws` or `wss`.","type":"string","maxLength":2048,"pattern":"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"};
const schema36 = {"description":"Sent with every request. A value may be `${env:NAME}`, which is read when the gate connects and never stored or shown.","type":"object","maxProperties":32,"propertyNames":{"pattern":"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"},"additionalProperties":{"type":"string","maxLength":4096}};
const schema37 = {"description":"For `https` and `wss`: how this server is trusted, and how the gate shows itself to it. `ca`, `cert` and `key` are each the path of a PEM file (relative to this file; read again when it changes), `${env:NAME}`, or, save for `key`, the PEM text itself.","type":"object","additionalProperties":false,"dependentRequired":{"cert":["key"],"key":["cert"]},"properties":{"ca":{"description":"Authorities that are trusted, instead of the public ones.","type":"string","minLength":1,"maxLength":131072},"cert":{"description":"The gate's client certificate and its chain.","type":"string","minLength":1,"maxLength":131072},"key":{"description":"The private key of `cert`.","type":"string","minLength":1,"maxLength":4096},"serverName":{"description":"The name in the server's certificate, where it isn't the host of `url`.","type":"string","maxLength":253,"pattern":"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"}}};
const schema38 = {"description":"Program of a stdio server, started without a shell.","type":"string","minLength":1,"maxLength":4096};
const schema39 = {"description":"Its arguments.","type":"array","maxItems":256,"items":{"type":"string","maxLength":32768}};
const schema40 = {"description":"Variables added to a minimal environment (PATH, HOME, LANG, TMPDIR). A value may be `${env:NAME}`.","type":"object","maxProperties":256,"propertyNames":{"pattern":"^[A-Za-z_][A-Za-z0-9_]{0,127}$"},"additionalProperties":{"type":"string","maxLength":32768}};
const schema41 = {"description":"Folder it is started in. Relative to this file.","type":["string","null"],"minLength":1,"format":"path"};
const schema42 = {"description":"Processes of it at once; 8 unless given. Each session of a client, and each caller of the stateless revision, has one of its own.","type":"integer","minimum":1,"maximum":64};
const pattern20 = new RegExp("^[a-z0-9](?:-?[a-z0-9]){0,63}$", "u");
const pattern21 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$", "u");
const pattern22 = new RegExp("^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$", "u");
const pattern23 = new RegExp("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$", "u");
const pattern24 = new RegExp("^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$", "u");
const schema43 = {"type":"object","additionalProperties":false,"oneOf":[{"required":["url"]},{"required":["command"]}],"explain":"an upstream needs exactly one of `url` and `command`","dependentRequired":{"headers":["url"],"tls":["url"],"args":["command"],"env":["command"],"cwd":["command"],"processesMax":["command"]},"properties":{"id":{"description":"Unique in its server. Its place in the list, from 1, unless given.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},"kind":{"$ref":"#/$defs/kind"},"url":{"$ref":"#/$defs/url"},"headers":{"$ref":"#/$defs/headers"},"tls":{"$ref":"#/$defs/tls"},"command":{"$ref":"#/$defs/command"},"args":{"$ref":"#/$defs/args"},"env":{"$ref":"#/$defs/env"},"cwd":{"$ref":"#/$defs/cwd"},"processesMax":{"$ref":"#/$defs/processesMax"}}};
const pattern26 = new RegExp("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", "u");

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate22.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.url === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema43.oneOf[0].required,parentSchema:schema43.oneOf[0],data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.command === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'",schema:schema43.oneOf[1].required,parentSchema:schema43.oneOf[1],data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
}
if(!valid0){
const err2 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf",schema:schema43.oneOf,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(func1.call(schema43.properties, key0))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.id !== undefined){
let data0 = data.id;
if(typeof data0 === "string"){
if(!pattern26.test(data0)){
const err4 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",parentSchema:schema43.properties.id,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema43.properties.id.type,parentSchema:schema43.properties.id,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.kind !== undefined){
let data1 = data.kind;
if(!((((data1 === "http") || (data1 === "sse")) || (data1 === "websocket")) || (data1 === "stdio"))){
const err6 = {instancePath:instancePath+"/kind",schemaPath:"#/$defs/kind/enum",keyword:"enum",params:{allowedValues: schema34.enum},message:"must be equal to one of the allowed values",schema:schema34.enum,parentSchema:schema34,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.url !== undefined){
let data2 = data.url;
if(typeof data2 === "string"){
if(func3(data2) > 2048){
const err7 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema35,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!pattern22.test(data2)){
const err8 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/pattern",keyword:"pattern",params:{pattern: "^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"},message:"must match pattern \""+"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"+"\"",schema:"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$",parentSchema:schema35,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.type,parentSchema:schema35,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.headers !== undefined){
let data3 = data.headers;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(Object.keys(data3).length > 32){
const err10 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema36,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data3){
const _errs15 = errors;
if(typeof key1 === "string"){
if(!pattern23.test(key1)){
const err11 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"},message:"must match pattern \""+"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"+"\"",schema:"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",parentSchema:schema36.propertyNames,data:key1,propertyName:key1};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
var valid5 = _errs15 === errors;
if(!valid5){
const err12 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid",schema:schema36.propertyNames,parentSchema:schema36,data:data3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
for(const key2 in data3){
let data4 = data3[key2];
if(typeof data4 === "string"){
if(func3(data4) > 4096){
const err13 = {instancePath:instancePath+"/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema36.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/headers/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.additionalProperties.type,parentSchema:schema36.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.type,parentSchema:schema36,data:data3};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.tls !== undefined){
let data5 = data.tls;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key3 in data5){
if(!((((key3 === "ca") || (key3 === "cert")) || (key3 === "key")) || (key3 === "serverName"))){
const err16 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data5.ca !== undefined){
let data6 = data5.ca;
if(typeof data6 === "string"){
if(func3(data6) > 131072){
const err17 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.ca,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(func3(data6) < 1){
const err18 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.ca,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.ca.type,parentSchema:schema37.properties.ca,data:data6};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data5.cert !== undefined){
let data7 = data5.cert;
if(typeof data7 === "string"){
if(func3(data7) > 131072){
const err20 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.cert,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(func3(data7) < 1){
const err21 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.cert,data:data7};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.cert.type,parentSchema:schema37.properties.cert,data:data7};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data5.key !== undefined){
let data8 = data5.key;
if(typeof data8 === "string"){
if(func3(data8) > 4096){
const err23 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema37.properties.key,data:data8};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(func3(data8) < 1){
const err24 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.key,data:data8};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.key.type,parentSchema:schema37.properties.key,data:data8};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data5.serverName !== undefined){
let data9 = data5.serverName;
if(typeof data9 === "string"){
if(func3(data9) > 253){
const err26 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema37.properties.serverName,data:data9};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!pattern24.test(data9)){
const err27 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",parentSchema:schema37.properties.serverName,data:data9};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.serverName.type,parentSchema:schema37.properties.serverName,data:data9};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data5.cert !== undefined){
if(data5.key === undefined){
const err29 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "cert",
    missingProperty: "key",
    depsCount: 1,
    deps: "key"},message:"must have property key when property cert is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data5.key !== undefined){
if(data5.cert === undefined){
const err30 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "key",
    missingProperty: "cert",
    depsCount: 1,
    deps: "cert"},message:"must have property cert when property key is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema37.type,parentSchema:schema37,data:data5};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.command !== undefined){
let data10 = data.command;
if(typeof data10 === "string"){
if(func3(data10) > 4096){
const err32 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema38,data:data10};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func3(data10) < 1){
const err33 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema38,data:data10};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema38.type,parentSchema:schema38,data:data10};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.args !== undefined){
let data11 = data.args;
if(Array.isArray(data11)){
if(data11.length > 256){
const err35 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema39,data:data11};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
const len0 = data11.length;
for(let i0=0; i0<len0; i0++){
let data12 = data11[i0];
if(typeof data12 === "string"){
if(func3(data12) > 32768){
const err36 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema39.items,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema39.items.type,parentSchema:schema39.items,data:data12};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
else {
const err38 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema39.type,parentSchema:schema39,data:data11};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data.env !== undefined){
let data13 = data.env;
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
if(Object.keys(data13).length > 256){
const err39 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties",schema:256,parentSchema:schema40,data:data13};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
for(const key4 in data13){
const _errs42 = errors;
if(typeof key4 === "string"){
if(!pattern15.test(key4)){
const err40 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",schema:"^[A-Za-z_][A-Za-z0-9_]{0,127}$",parentSchema:schema40.propertyNames,data:key4,propertyName:key4};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
var valid14 = _errs42 === errors;
if(!valid14){
const err41 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames",keyword:"propertyNames",params:{propertyName: key4},message:"property name must be valid",schema:schema40.propertyNames,parentSchema:schema40,data:data13};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
for(const key5 in data13){
let data14 = data13[key5];
if(typeof data14 === "string"){
if(func3(data14) > 32768){
const err42 = {instancePath:instancePath+"/env/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema40.additionalProperties,data:data14};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/env/" + key5.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema40.additionalProperties.type,parentSchema:schema40.additionalProperties,data:data14};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema40.type,parentSchema:schema40,data:data13};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data.cwd !== undefined){
let data15 = data.cwd;
if((typeof data15 !== "string") && (data15 !== null)){
const err45 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/type",keyword:"type",params:{type: schema41.type},message:"must be string,null",schema:schema41.type,parentSchema:schema41,data:data15};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(typeof data15 === "string"){
if(func3(data15) < 1){
const err46 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema41,data:data15};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
if(data.processesMax !== undefined){
let data16 = data.processesMax;
if(!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))){
const err47 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema42.type,parentSchema:schema42,data:data16};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 > 64 || isNaN(data16)){
const err48 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64",schema:64,parentSchema:schema42,data:data16};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data16 < 1 || isNaN(data16)){
const err49 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema42,data:data16};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
if(data.headers !== undefined){
if(data.url === undefined){
const err50 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "headers",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property headers is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data.tls !== undefined){
if(data.url === undefined){
const err51 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "tls",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property tls is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data.args !== undefined){
if(data.command === undefined){
const err52 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "args",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property args is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data.env !== undefined){
if(data.command === undefined){
const err53 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "env",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property env is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data.cwd !== undefined){
if(data.command === undefined){
const err54 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "cwd",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property cwd is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data.processesMax !== undefined){
if(data.command === undefined){
const err55 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "processesMax",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property processesMax is present",schema:schema43.dependentRequired,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema43.type,parentSchema:schema43,data};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}
validate22.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.url === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema33.oneOf[0].required,parentSchema:schema33.oneOf[0],data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.command === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'",schema:schema33.oneOf[1].required,parentSchema:schema33.oneOf[1],data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
const _errs4 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.upstreams === undefined){
const err2 = {instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: "upstreams"},message:"must have required property '"+"upstreams"+"'",schema:schema33.oneOf[2].required,parentSchema:schema33.oneOf[2],data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
var _valid0 = _errs4 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
}
}
}
if(!valid0){
const err3 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf",schema:schema33.oneOf,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.labels === undefined){
data.labels = {};
}
if(data.timeouts === undefined){
data.timeouts = {};
}
if(data.name === undefined){
const err4 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema33.required,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema33.properties, key0))){
const err5 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err6 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern20.test(data0)){
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:-?[a-z0-9]){0,63}$"},message:"must match pattern \""+"^[a-z0-9](?:-?[a-z0-9]){0,63}$"+"\"",schema:"^[a-z0-9](?:-?[a-z0-9]){0,63}$",parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.name.type,parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.title !== undefined){
let data1 = data.title;
if(typeof data1 === "string"){
if(func3(data1) > 256){
const err9 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema33.properties.title,data:data1};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.title.type,parentSchema:schema33.properties.title,data:data1};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
let data2 = data.description;
if(typeof data2 === "string"){
if(func3(data2) > 4096){
const err11 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema33.properties.description,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.description.type,parentSchema:schema33.properties.description,data:data2};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data.costs !== undefined){
let data3 = data.costs;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(Object.keys(data3).length > 256){
const err13 = {instancePath:instancePath+"/costs",schemaPath:"#/properties/costs/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties",schema:256,parentSchema:schema33.properties.costs,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
for(const key1 in data3){
let data4 = data3[key1];
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.costs.additionalProperties.type,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000000 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 0 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
}
else {
const err17 = {instancePath:instancePath+"/costs",schemaPath:"#/properties/costs/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.costs.type,parentSchema:schema33.properties.costs,data:data3};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let data5 = data.labels;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(Object.keys(data5).length > 32){
const err18 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
for(const key2 in data5){
const _errs19 = errors;
if(typeof key2 === "string"){
if(!pattern21.test(key2)){
const err19 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$",parentSchema:schema33.properties.labels.propertyNames,data:key2,propertyName:key2};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
var valid3 = _errs19 === errors;
if(!valid3){
const err20 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames",keyword:"propertyNames",params:{propertyName: key2},message:"property name must be valid",schema:schema33.properties.labels.propertyNames,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
for(const key3 in data5){
let data6 = data5[key3];
if(typeof data6 === "string"){
if(func3(data6) > 128){
const err21 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema33.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.labels.additionalProperties.type,parentSchema:schema33.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.labels.type,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data.audit !== undefined){
let data7 = data.audit;
if(!((data7 === "strict") || (data7 === "buffered"))){
const err24 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/enum",keyword:"enum",params:{allowedValues: schema33.properties.audit.enum},message:"must be equal to one of the allowed values",schema:schema33.properties.audit.enum,parentSchema:schema33.properties.audit,data:data7};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
let data8 = data.timeouts;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.answerMs === undefined){
data8.answerMs = 60000;
}
if(data8.idleMs === undefined){
data8.idleMs = 300000;
}
if(data8.totalMs === undefined){
data8.totalMs = 0;
}
for(const key4 in data8){
if(!(((key4 === "answerMs") || (key4 === "idleMs")) || (key4 === "totalMs"))){
const err25 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema33.properties.timeouts,data:data8};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
let data9 = data8.answerMs;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err26 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.answerMs.type,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 86400000 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data9 < 1 || isNaN(data9)){
const err28 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
let data10 = data8.idleMs;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err29 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.idleMs.type,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 86400000 || isNaN(data10)){
const err30 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data10 < 0 || isNaN(data10)){
const err31 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
let data11 = data8.totalMs;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err32 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.totalMs.type,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 86400000 || isNaN(data11)){
const err33 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data11 < 0 || isNaN(data11)){
const err34 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.timeouts.type,parentSchema:schema33.properties.timeouts,data:data8};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data.kind !== undefined){
let data12 = data.kind;
if(!((((data12 === "http") || (data12 === "sse")) || (data12 === "websocket")) || (data12 === "stdio"))){
const err36 = {instancePath:instancePath+"/kind",schemaPath:"#/$defs/kind/enum",keyword:"enum",params:{allowedValues: schema34.enum},message:"must be equal to one of the allowed values",schema:schema34.enum,parentSchema:schema34,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data.url !== undefined){
let data13 = data.url;
if(typeof data13 === "string"){
if(func3(data13) > 2048){
const err37 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(!pattern22.test(data13)){
const err38 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/pattern",keyword:"pattern",params:{pattern: "^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"},message:"must match pattern \""+"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"+"\"",schema:"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$",parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.type,parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.headers !== undefined){
let data14 = data.headers;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(Object.keys(data14).length > 32){
const err40 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
for(const key5 in data14){
const _errs41 = errors;
if(typeof key5 === "string"){
if(!pattern23.test(key5)){
const err41 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"},message:"must match pattern \""+"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"+"\"",schema:"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",parentSchema:schema36.propertyNames,data:key5,propertyName:key5};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
var valid9 = _errs41 === errors;
if(!valid9){
const err42 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid",schema:schema36.propertyNames,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
for(const key6 in data14){
let data15 = data14[key6];
if(typeof data15 === "string"){
if(func3(data15) > 4096){
const err43 = {instancePath:instancePath+"/headers/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema36.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/headers/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.additionalProperties.type,parentSchema:schema36.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.type,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data.tls !== undefined){
let data16 = data.tls;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key7 in data16){
if(!((((key7 === "ca") || (key7 === "cert")) || (key7 === "key")) || (key7 === "serverName"))){
const err46 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data16.ca !== undefined){
let data17 = data16.ca;
if(typeof data17 === "string"){
if(func3(data17) > 131072){
const err47 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(func3(data17) < 1){
const err48 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.ca.type,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data16.cert !== undefined){
let data18 = data16.cert;
if(typeof data18 === "string"){
if(func3(data18) > 131072){
const err50 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func3(data18) < 1){
const err51 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.cert.type,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data16.key !== undefined){
let data19 = data16.key;
if(typeof data19 === "string"){
if(func3(data19) > 4096){
const err53 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(func3(data19) < 1){
const err54 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.key.type,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data16.serverName !== undefined){
let data20 = data16.serverName;
if(typeof data20 === "string"){
if(func3(data20) > 253){
const err56 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(!pattern24.test(data20)){
const err57 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.serverName.type,parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data16.cert !== undefined){
if(data16.key === undefined){
const err59 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "cert",
    missingProperty: "key",
    depsCount: 1,
    deps: "key"},message:"must have property key when property cert is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data16.key !== undefined){
if(data16.cert === undefined){
const err60 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "key",
    missingProperty: "cert",
    depsCount: 1,
    deps: "cert"},message:"must have property cert when property key is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema37.type,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data.command !== undefined){
let data21 = data.command;
if(typeof data21 === "string"){
if(func3(data21) > 4096){
const err62 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(func3(data21) < 1){
const err63 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema38.type,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.args !== undefined){
let data22 = data.args;
if(Array.isArray(data22)){
if(data22.length > 256){
const err65 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema39,data:data22};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
const len0 = data22.length;
for(let i0=0; i0<len0; i0++){
let data23 = data22[i0];
if(typeof data23 === "string"){
if(func3(data23) > 32768){
const err66 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema39.items,data:data23};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema39.items.type,parentSchema:schema39.items,data:data23};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
else {
const err68 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema39.type,parentSchema:schema39,data:data22};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data.env !== undefined){
let data24 = data.env;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(Object.keys(data24).length > 256){
const err69 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties",schema:256,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
for(const key8 in data24){
const _errs68 = errors;
if(typeof key8 === "string"){
if(!pattern15.test(key8)){
const err70 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",schema:"^[A-Za-z_][A-Za-z0-9_]{0,127}$",parentSchema:schema40.propertyNames,data:key8,propertyName:key8};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
var valid18 = _errs68 === errors;
if(!valid18){
const err71 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames",keyword:"propertyNames",params:{propertyName: key8},message:"property name must be valid",schema:schema40.propertyNames,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
for(const key9 in data24){
let data25 = data24[key9];
if(typeof data25 === "string"){
if(func3(data25) > 32768){
const err72 = {instancePath:instancePath+"/env/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema40.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/env/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema40.additionalProperties.type,parentSchema:schema40.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema40.type,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data.cwd !== undefined){
let data26 = data.cwd;
if((typeof data26 !== "string") && (data26 !== null)){
const err75 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/type",keyword:"type",params:{type: schema41.type},message:"must be string,null",schema:schema41.type,parentSchema:schema41,data:data26};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err76 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema41,data:data26};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
if(data.processesMax !== undefined){
let data27 = data.processesMax;
if(!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))){
const err77 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema42.type,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 64 || isNaN(data27)){
const err78 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64",schema:64,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data27 < 1 || isNaN(data27)){
const err79 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
if(data.upstreams !== undefined){
let data28 = data.upstreams;
if(Array.isArray(data28)){
if(data28.length > 32){
const err80 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items",schema:32,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data28.length < 1){
const err81 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
const len1 = data28.length;
for(let i1=0; i1<len1; i1++){
if(!(validate22(data28[i1], {instancePath:instancePath+"/upstreams/" + i1,parentData:data28,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err82 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema33.properties.upstreams.type,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.headers !== undefined){
if(data.url === undefined){
const err83 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "headers",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property headers is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data.tls !== undefined){
if(data.url === undefined){
const err84 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "tls",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property tls is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data.args !== undefined){
if(data.command === undefined){
const err85 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "args",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property args is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data.env !== undefined){
if(data.command === undefined){
const err86 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "env",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property env is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data.cwd !== undefined){
if(data.command === undefined){
const err87 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "cwd",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property cwd is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data.processesMax !== undefined){
if(data.command === undefined){
const err88 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "processesMax",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property processesMax is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.type,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema53 = {"type":"object","additionalProperties":false,"required":["policyId","rules"],"properties":{"policyId":{"description":"Name of the policy, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1000,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"shadow":{"description":"`true`: it is judged beside the policies in force and changes nothing; `sluice policies reviews` tells what it would decide otherwise.","type":"boolean","default":false},"replaces":{"description":"For a shadow: the policy in whose place it would come. Unless told, it would come in addition.","type":["string","null"],"default":null},"rules":{"description":"Its rules; their order has no meaning.","type":"array","maxItems":1000,"items":{"$ref":"#/$defs/rule"}}}};
const schema54 = {"type":"object","additionalProperties":false,"required":["id","effect"],"properties":{"id":{"description":"Name of the rule, unique in its policy. It stands in decisions.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"effect":{"description":"`deny` wins over every `allow`.","enum":["allow","deny"]},"match":{"description":"Calls it is about: each part given must fit, one entry of a list is enough, `*` stands for any run of characters. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"roles":{"$ref":"#/$defs/texts","description":"Roles of the caller."},"scopes":{"$ref":"#/$defs/texts","description":"Scopes of the caller's credential."},"groups":{"$ref":"#/$defs/texts","description":"Groups of the caller."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"virtualServers":{"$ref":"#/$defs/texts","description":"Virtual servers through which calls come; other calls don't fit."},"labels":{"description":"Labels of the server; every one named must have that value.","type":"object","maxProperties":32,"additionalProperties":{"type":"string","maxLength":128}},"methods":{"$ref":"#/$defs/texts","description":"MCP methods: `tools/call`, `tools/*`."},"tools":{"$ref":"#/$defs/texts","description":"Tools, as the server names them."},"prompts":{"$ref":"#/$defs/texts","description":"Prompts by name."},"resources":{"$ref":"#/$defs/texts","description":"Resources by URI."},"addresses":{"$ref":"#/$defs/texts","description":"Networks of callers, CIDR."}}},"when":{"description":"A CEL condition that must hold, too, over `caller`, `server`, `call`, `args`, `address` and `now`.","type":["string","null"],"minLength":1,"maxLength":4096,"default":null},"reason":{"description":"Told to the caller whom this rule denies.","type":["string","null"],"maxLength":500,"default":null}}};
const schema55 = {"type":["string","array"],"minLength":1,"maxLength":1024,"maxItems":1024,"items":{"type":"string","minLength":1,"maxLength":1024}};

function validate26(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate26.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.match === undefined){
data.match = {};
}
if(data.when === undefined){
data.when = null;
}
if(data.reason === undefined){
data.reason = null;
}
if(data.id === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'",schema:schema54.required,parentSchema:schema54,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.effect === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "effect"},message:"must have required property '"+"effect"+"'",schema:schema54.required,parentSchema:schema54,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((key0 === "id") || (key0 === "effect")) || (key0 === "match")) || (key0 === "when")) || (key0 === "reason"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema54,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.id !== undefined){
let data0 = data.id;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err3 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema54.properties.id,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/id",schemaPath:"#/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema54.properties.id.type,parentSchema:schema54.properties.id,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.effect !== undefined){
let data1 = data.effect;
if(!((data1 === "allow") || (data1 === "deny"))){
const err5 = {instancePath:instancePath+"/effect",schemaPath:"#/properties/effect/enum",keyword:"enum",params:{allowedValues: schema54.properties.effect.enum},message:"must be equal to one of the allowed values",schema:schema54.properties.effect.enum,parentSchema:schema54.properties.effect,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
let data2 = data.match;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
if(!(func1.call(schema54.properties.match.properties, key1))){
const err6 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema54.properties.match,data:data2};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data2.users !== undefined){
let data3 = data2.users;
if((typeof data3 !== "string") && (!(Array.isArray(data3)))){
const err7 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(typeof data3 === "string"){
if(func3(data3) > 1024){
const err8 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(func3(data3) < 1){
const err9 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(Array.isArray(data3)){
if(data3.length > 1024){
const err10 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if(typeof data4 === "string"){
if(func3(data4) > 1024){
const err11 = {instancePath:instancePath+"/match/users/" + i0,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(func3(data4) < 1){
const err12 = {instancePath:instancePath+"/match/users/" + i0,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/match/users/" + i0,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data4};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
}
if(data2.agents !== undefined){
let data5 = data2.agents;
if((typeof data5 !== "string") && (!(Array.isArray(data5)))){
const err14 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(typeof data5 === "string"){
if(func3(data5) > 1024){
const err15 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(func3(data5) < 1){
const err16 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(Array.isArray(data5)){
if(data5.length > 1024){
const err17 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data5};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
let data6 = data5[i1];
if(typeof data6 === "string"){
if(func3(data6) > 1024){
const err18 = {instancePath:instancePath+"/match/agents/" + i1,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(func3(data6) < 1){
const err19 = {instancePath:instancePath+"/match/agents/" + i1,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data6};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/match/agents/" + i1,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data6};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
}
if(data2.roles !== undefined){
let data7 = data2.roles;
if((typeof data7 !== "string") && (!(Array.isArray(data7)))){
const err21 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data7};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(typeof data7 === "string"){
if(func3(data7) > 1024){
const err22 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data7};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(func3(data7) < 1){
const err23 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data7};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(Array.isArray(data7)){
if(data7.length > 1024){
const err24 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data7};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len2 = data7.length;
for(let i2=0; i2<len2; i2++){
let data8 = data7[i2];
if(typeof data8 === "string"){
if(func3(data8) > 1024){
const err25 = {instancePath:instancePath+"/match/roles/" + i2,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data8};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(func3(data8) < 1){
const err26 = {instancePath:instancePath+"/match/roles/" + i2,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data8};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/match/roles/" + i2,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data8};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
}
if(data2.scopes !== undefined){
let data9 = data2.scopes;
if((typeof data9 !== "string") && (!(Array.isArray(data9)))){
const err28 = {instancePath:instancePath+"/match/scopes",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(typeof data9 === "string"){
if(func3(data9) > 1024){
const err29 = {instancePath:instancePath+"/match/scopes",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(func3(data9) < 1){
const err30 = {instancePath:instancePath+"/match/scopes",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(Array.isArray(data9)){
if(data9.length > 1024){
const err31 = {instancePath:instancePath+"/match/scopes",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
const len3 = data9.length;
for(let i3=0; i3<len3; i3++){
let data10 = data9[i3];
if(typeof data10 === "string"){
if(func3(data10) > 1024){
const err32 = {instancePath:instancePath+"/match/scopes/" + i3,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func3(data10) < 1){
const err33 = {instancePath:instancePath+"/match/scopes/" + i3,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/match/scopes/" + i3,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
}
if(data2.groups !== undefined){
let data11 = data2.groups;
if((typeof data11 !== "string") && (!(Array.isArray(data11)))){
const err35 = {instancePath:instancePath+"/match/groups",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(typeof data11 === "string"){
if(func3(data11) > 1024){
const err36 = {instancePath:instancePath+"/match/groups",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(func3(data11) < 1){
const err37 = {instancePath:instancePath+"/match/groups",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(Array.isArray(data11)){
if(data11.length > 1024){
const err38 = {instancePath:instancePath+"/match/groups",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
const len4 = data11.length;
for(let i4=0; i4<len4; i4++){
let data12 = data11[i4];
if(typeof data12 === "string"){
if(func3(data12) > 1024){
const err39 = {instancePath:instancePath+"/match/groups/" + i4,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(func3(data12) < 1){
const err40 = {instancePath:instancePath+"/match/groups/" + i4,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/match/groups/" + i4,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
}
if(data2.servers !== undefined){
let data13 = data2.servers;
if((typeof data13 !== "string") && (!(Array.isArray(data13)))){
const err42 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(typeof data13 === "string"){
if(func3(data13) > 1024){
const err43 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(func3(data13) < 1){
const err44 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(Array.isArray(data13)){
if(data13.length > 1024){
const err45 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
const len5 = data13.length;
for(let i5=0; i5<len5; i5++){
let data14 = data13[i5];
if(typeof data14 === "string"){
if(func3(data14) > 1024){
const err46 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(func3(data14) < 1){
const err47 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
else {
const err48 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
}
if(data2.virtualServers !== undefined){
let data15 = data2.virtualServers;
if((typeof data15 !== "string") && (!(Array.isArray(data15)))){
const err49 = {instancePath:instancePath+"/match/virtualServers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(typeof data15 === "string"){
if(func3(data15) > 1024){
const err50 = {instancePath:instancePath+"/match/virtualServers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func3(data15) < 1){
const err51 = {instancePath:instancePath+"/match/virtualServers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(Array.isArray(data15)){
if(data15.length > 1024){
const err52 = {instancePath:instancePath+"/match/virtualServers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
const len6 = data15.length;
for(let i6=0; i6<len6; i6++){
let data16 = data15[i6];
if(typeof data16 === "string"){
if(func3(data16) > 1024){
const err53 = {instancePath:instancePath+"/match/virtualServers/" + i6,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(func3(data16) < 1){
const err54 = {instancePath:instancePath+"/match/virtualServers/" + i6,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/match/virtualServers/" + i6,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
}
if(data2.labels !== undefined){
let data17 = data2.labels;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if(Object.keys(data17).length > 32){
const err56 = {instancePath:instancePath+"/match/labels",schemaPath:"#/properties/match/properties/labels/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema54.properties.match.properties.labels,data:data17};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
for(const key2 in data17){
let data18 = data17[key2];
if(typeof data18 === "string"){
if(func3(data18) > 128){
const err57 = {instancePath:instancePath+"/match/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/match/properties/labels/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema54.properties.match.properties.labels.additionalProperties,data:data18};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/match/labels/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/match/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema54.properties.match.properties.labels.additionalProperties.type,parentSchema:schema54.properties.match.properties.labels.additionalProperties,data:data18};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
}
else {
const err59 = {instancePath:instancePath+"/match/labels",schemaPath:"#/properties/match/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema54.properties.match.properties.labels.type,parentSchema:schema54.properties.match.properties.labels,data:data17};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data2.methods !== undefined){
let data19 = data2.methods;
if((typeof data19 !== "string") && (!(Array.isArray(data19)))){
const err60 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data19};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(typeof data19 === "string"){
if(func3(data19) > 1024){
const err61 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data19};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(func3(data19) < 1){
const err62 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data19};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(Array.isArray(data19)){
if(data19.length > 1024){
const err63 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data19};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
const len7 = data19.length;
for(let i7=0; i7<len7; i7++){
let data20 = data19[i7];
if(typeof data20 === "string"){
if(func3(data20) > 1024){
const err64 = {instancePath:instancePath+"/match/methods/" + i7,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data20};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(func3(data20) < 1){
const err65 = {instancePath:instancePath+"/match/methods/" + i7,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data20};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/match/methods/" + i7,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data20};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
}
if(data2.tools !== undefined){
let data21 = data2.tools;
if((typeof data21 !== "string") && (!(Array.isArray(data21)))){
const err67 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data21};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(typeof data21 === "string"){
if(func3(data21) > 1024){
const err68 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data21};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(func3(data21) < 1){
const err69 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data21};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(Array.isArray(data21)){
if(data21.length > 1024){
const err70 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data21};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
const len8 = data21.length;
for(let i8=0; i8<len8; i8++){
let data22 = data21[i8];
if(typeof data22 === "string"){
if(func3(data22) > 1024){
const err71 = {instancePath:instancePath+"/match/tools/" + i8,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data22};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(func3(data22) < 1){
const err72 = {instancePath:instancePath+"/match/tools/" + i8,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data22};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/match/tools/" + i8,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data22};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
}
if(data2.prompts !== undefined){
let data23 = data2.prompts;
if((typeof data23 !== "string") && (!(Array.isArray(data23)))){
const err74 = {instancePath:instancePath+"/match/prompts",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data23};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(typeof data23 === "string"){
if(func3(data23) > 1024){
const err75 = {instancePath:instancePath+"/match/prompts",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data23};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(func3(data23) < 1){
const err76 = {instancePath:instancePath+"/match/prompts",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data23};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(Array.isArray(data23)){
if(data23.length > 1024){
const err77 = {instancePath:instancePath+"/match/prompts",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data23};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
const len9 = data23.length;
for(let i9=0; i9<len9; i9++){
let data24 = data23[i9];
if(typeof data24 === "string"){
if(func3(data24) > 1024){
const err78 = {instancePath:instancePath+"/match/prompts/" + i9,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data24};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(func3(data24) < 1){
const err79 = {instancePath:instancePath+"/match/prompts/" + i9,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data24};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
else {
const err80 = {instancePath:instancePath+"/match/prompts/" + i9,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data24};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
}
if(data2.resources !== undefined){
let data25 = data2.resources;
if((typeof data25 !== "string") && (!(Array.isArray(data25)))){
const err81 = {instancePath:instancePath+"/match/resources",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data25};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(typeof data25 === "string"){
if(func3(data25) > 1024){
const err82 = {instancePath:instancePath+"/match/resources",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data25};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(func3(data25) < 1){
const err83 = {instancePath:instancePath+"/match/resources",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data25};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(Array.isArray(data25)){
if(data25.length > 1024){
const err84 = {instancePath:instancePath+"/match/resources",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data25};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
const len10 = data25.length;
for(let i10=0; i10<len10; i10++){
let data26 = data25[i10];
if(typeof data26 === "string"){
if(func3(data26) > 1024){
const err85 = {instancePath:instancePath+"/match/resources/" + i10,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data26};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if(func3(data26) < 1){
const err86 = {instancePath:instancePath+"/match/resources/" + i10,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data26};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
else {
const err87 = {instancePath:instancePath+"/match/resources/" + i10,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data26};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
}
}
if(data2.addresses !== undefined){
let data27 = data2.addresses;
if((typeof data27 !== "string") && (!(Array.isArray(data27)))){
const err88 = {instancePath:instancePath+"/match/addresses",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data27};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(typeof data27 === "string"){
if(func3(data27) > 1024){
const err89 = {instancePath:instancePath+"/match/addresses",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data27};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(func3(data27) < 1){
const err90 = {instancePath:instancePath+"/match/addresses",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data27};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(Array.isArray(data27)){
if(data27.length > 1024){
const err91 = {instancePath:instancePath+"/match/addresses",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data27};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
const len11 = data27.length;
for(let i11=0; i11<len11; i11++){
let data28 = data27[i11];
if(typeof data28 === "string"){
if(func3(data28) > 1024){
const err92 = {instancePath:instancePath+"/match/addresses/" + i11,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data28};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(func3(data28) < 1){
const err93 = {instancePath:instancePath+"/match/addresses/" + i11,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data28};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/match/addresses/" + i11,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data28};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
}
}
else {
const err95 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema54.properties.match.type,parentSchema:schema54.properties.match,data:data2};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
let data29 = data.when;
if((typeof data29 !== "string") && (data29 !== null)){
const err96 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/type",keyword:"type",params:{type: schema54.properties.when.type},message:"must be string,null",schema:schema54.properties.when.type,parentSchema:schema54.properties.when,data:data29};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(typeof data29 === "string"){
if(func3(data29) > 4096){
const err97 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema54.properties.when,data:data29};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(func3(data29) < 1){
const err98 = {instancePath:instancePath+"/when",schemaPath:"#/properties/when/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema54.properties.when,data:data29};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
let data30 = data.reason;
if((typeof data30 !== "string") && (data30 !== null)){
const err99 = {instancePath:instancePath+"/reason",schemaPath:"#/properties/reason/type",keyword:"type",params:{type: schema54.properties.reason.type},message:"must be string,null",schema:schema54.properties.reason.type,parentSchema:schema54.properties.reason,data:data30};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if(typeof data30 === "string"){
if(func3(data30) > 500){
const err100 = {instancePath:instancePath+"/reason",schemaPath:"#/properties/reason/maxLength",keyword:"maxLength",params:{limit: 500},message:"must NOT have more than 500 characters",schema:500,parentSchema:schema54.properties.reason,data:data30};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
}
else {
const err101 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema54.type,parentSchema:schema54,data};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
validate26.errors = vErrors;
return errors === 0;
}
validate26.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate25(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate25.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.shadow === undefined){
data.shadow = false;
}
if(data.replaces === undefined){
data.replaces = null;
}
if(data.policyId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "policyId"},message:"must have required property '"+"policyId"+"'",schema:schema53.required,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.rules === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "rules"},message:"must have required property '"+"rules"+"'",schema:schema53.required,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((key0 === "policyId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "shadow")) || (key0 === "replaces")) || (key0 === "rules"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.policyId !== undefined){
let data0 = data.policyId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err3 = {instancePath:instancePath+"/policyId",schemaPath:"#/properties/policyId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema53.properties.policyId,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/policyId",schemaPath:"#/properties/policyId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema53.properties.policyId.type,parentSchema:schema53.properties.policyId,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1000){
const err5 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters",schema:1000,parentSchema:schema53.properties.description,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema53.properties.description.type,parentSchema:schema53.properties.description,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err7 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema53.properties.enabled.type,parentSchema:schema53.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
let data3 = data.shadow;
if(typeof data3 !== "boolean"){
const err8 = {instancePath:instancePath+"/shadow",schemaPath:"#/properties/shadow/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema53.properties.shadow.type,parentSchema:schema53.properties.shadow,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data4 = data.replaces;
if((typeof data4 !== "string") && (data4 !== null)){
const err9 = {instancePath:instancePath+"/replaces",schemaPath:"#/properties/replaces/type",keyword:"type",params:{type: schema53.properties.replaces.type},message:"must be string,null",schema:schema53.properties.replaces.type,parentSchema:schema53.properties.replaces,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data.rules !== undefined){
let data5 = data.rules;
if(Array.isArray(data5)){
if(data5.length > 1000){
const err10 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema53.properties.rules,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
if(!(validate26(data5[i0], {instancePath:instancePath+"/rules/" + i0,parentData:data5,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
errors = vErrors.length;
}
}
}
else {
const err11 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema53.properties.rules.type,parentSchema:schema53.properties.rules,data:data5};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema53.type,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate25.errors = vErrors;
return errors === 0;
}
validate25.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema67 = {"type":"object","additionalProperties":false,"required":["budgetId","unit","period","amountMax"],"properties":{"budgetId":{"description":"Name of the budget, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1024,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"unit":{"description":"`calls` that were forwarded, their `bytes` in both directions, or their `cost` in the units of `servers[].costs`.","enum":["calls","bytes","cost"]},"period":{"description":"A day or a month, in UTC.","enum":["day","month"]},"amountMax":{"description":"What may be spent in a period. What the last windows of activity spend may come on top of it.","type":"integer","minimum":1,"maximum":1000000000000000},"per":{"description":"What is counted apart. Several together count every combination apart.","type":"array","minItems":1,"uniqueItems":true,"default":["organization"],"items":{"enum":["organization","user","agent","server","endpoint"]}},"match":{"description":"Calls it counts: each part given must fit, one entry of a list is enough, `*` stands for any run of characters. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"tools":{"$ref":"#/$defs/texts","description":"Tools and prompts by the name that their server gives them."}}}}};
const func0 = require("ajv/dist/runtime/equal").default;

function validate29(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate29.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.per === undefined){
data.per = ["organization"];
}
if(data.match === undefined){
data.match = {};
}
if(data.budgetId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "budgetId"},message:"must have required property '"+"budgetId"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.unit === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "unit"},message:"must have required property '"+"unit"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.period === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "period"},message:"must have required property '"+"period"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.amountMax === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "amountMax"},message:"must have required property '"+"amountMax"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "budgetId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "unit")) || (key0 === "period")) || (key0 === "amountMax")) || (key0 === "per")) || (key0 === "match"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.budgetId !== undefined){
let data0 = data.budgetId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err5 = {instancePath:instancePath+"/budgetId",schemaPath:"#/properties/budgetId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema67.properties.budgetId,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/budgetId",schemaPath:"#/properties/budgetId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema67.properties.budgetId.type,parentSchema:schema67.properties.budgetId,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1024){
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema67.properties.description,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema67.properties.description.type,parentSchema:schema67.properties.description,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err9 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema67.properties.enabled.type,parentSchema:schema67.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data.unit !== undefined){
let data3 = data.unit;
if(!(((data3 === "calls") || (data3 === "bytes")) || (data3 === "cost"))){
const err10 = {instancePath:instancePath+"/unit",schemaPath:"#/properties/unit/enum",keyword:"enum",params:{allowedValues: schema67.properties.unit.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.unit.enum,parentSchema:schema67.properties.unit,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.period !== undefined){
let data4 = data.period;
if(!((data4 === "day") || (data4 === "month"))){
const err11 = {instancePath:instancePath+"/period",schemaPath:"#/properties/period/enum",keyword:"enum",params:{allowedValues: schema67.properties.period.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.period.enum,parentSchema:schema67.properties.period,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.amountMax !== undefined){
let data5 = data.amountMax;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err12 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema67.properties.amountMax.type,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000000000000 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000000000},message:"must be <= 1000000000000000",schema:1000000000000000,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
let data6 = data.per;
if(Array.isArray(data6)){
if(data6.length < 1){
const err15 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
let data7 = data6[i0];
if(!(((((data7 === "organization") || (data7 === "user")) || (data7 === "agent")) || (data7 === "server")) || (data7 === "endpoint"))){
const err16 = {instancePath:instancePath+"/per/" + i0,schemaPath:"#/properties/per/items/enum",keyword:"enum",params:{allowedValues: schema67.properties.per.items.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.per.items.enum,parentSchema:schema67.properties.per.items,data:data7};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
let i1 = data6.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data6[i1], data6[j0])){
const err17 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)",schema:true,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err18 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema67.properties.per.type,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
let data8 = data.match;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
if(!((((key1 === "users") || (key1 === "agents")) || (key1 === "servers")) || (key1 === "tools"))){
const err19 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema67.properties.match,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data8.users !== undefined){
let data9 = data8.users;
if((typeof data9 !== "string") && (!(Array.isArray(data9)))){
const err20 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(typeof data9 === "string"){
if(func3(data9) > 1024){
const err21 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(func3(data9) < 1){
const err22 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(Array.isArray(data9)){
if(data9.length > 1024){
const err23 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
const len1 = data9.length;
for(let i2=0; i2<len1; i2++){
let data10 = data9[i2];
if(typeof data10 === "string"){
if(func3(data10) > 1024){
const err24 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(func3(data10) < 1){
const err25 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
}
if(data8.agents !== undefined){
let data11 = data8.agents;
if((typeof data11 !== "string") && (!(Array.isArray(data11)))){
const err27 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(typeof data11 === "string"){
if(func3(data11) > 1024){
const err28 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(func3(data11) < 1){
const err29 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(Array.isArray(data11)){
if(data11.length > 1024){
const err30 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
const len2 = data11.length;
for(let i3=0; i3<len2; i3++){
let data12 = data11[i3];
if(typeof data12 === "string"){
if(func3(data12) > 1024){
const err31 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func3(data12) < 1){
const err32 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
}
if(data8.servers !== undefined){
let data13 = data8.servers;
if((typeof data13 !== "string") && (!(Array.isArray(data13)))){
const err34 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(typeof data13 === "string"){
if(func3(data13) > 1024){
const err35 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(func3(data13) < 1){
const err36 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(Array.isArray(data13)){
if(data13.length > 1024){
const err37 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
const len3 = data13.length;
for(let i4=0; i4<len3; i4++){
let data14 = data13[i4];
if(typeof data14 === "string"){
if(func3(data14) > 1024){
const err38 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(func3(data14) < 1){
const err39 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
}
if(data8.tools !== undefined){
let data15 = data8.tools;
if((typeof data15 !== "string") && (!(Array.isArray(data15)))){
const err41 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(typeof data15 === "string"){
if(func3(data15) > 1024){
const err42 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(func3(data15) < 1){
const err43 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(Array.isArray(data15)){
if(data15.length > 1024){
const err44 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
const len4 = data15.length;
for(let i5=0; i5<len4; i5++){
let data16 = data15[i5];
if(typeof data16 === "string"){
if(func3(data16) > 1024){
const err45 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(func3(data16) < 1){
const err46 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
}
}
else {
const err48 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema67.properties.match.type,parentSchema:schema67.properties.match,data:data8};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema67.type,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
validate29.errors = vErrors;
return errors === 0;
}
validate29.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema72 = {"type":"object","additionalProperties":false,"required":["limitId","callsMax","windowMs"],"properties":{"limitId":{"description":"Name of the limit, unique.","type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},"description":{"description":"What it is for.","type":"string","maxLength":1000,"default":""},"enabled":{"description":"`false` keeps it without using it.","type":"boolean","default":true},"callsMax":{"description":"Calls in any window at most.","type":"integer","minimum":1,"maximum":1000000000},"windowMs":{"description":"Length of the sliding window in milliseconds.","type":"integer","minimum":100,"maximum":86400000},"per":{"description":"What is counted apart; every combination has its own window. `endpoint` is server, method and name. The organization always counts apart.","type":"array","minItems":1,"maxItems":6,"uniqueItems":true,"items":{"enum":["organization","user","agent","server","tool","endpoint"]},"default":["organization"]},"match":{"description":"Calls that it counts, as in rules. Empty: all.","type":"object","additionalProperties":false,"default":{},"properties":{"users":{"$ref":"#/$defs/texts","description":"Users by id."},"agents":{"$ref":"#/$defs/texts","description":"Agents by id."},"roles":{"$ref":"#/$defs/texts","description":"Roles of the caller."},"servers":{"$ref":"#/$defs/texts","description":"Servers by name."},"methods":{"$ref":"#/$defs/texts","description":"MCP methods."},"tools":{"$ref":"#/$defs/texts","description":"Tools, as the server names them."}}}}};

function validate31(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate31.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.per === undefined){
data.per = ["organization"];
}
if(data.match === undefined){
data.match = {};
}
if(data.limitId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "limitId"},message:"must have required property '"+"limitId"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.callsMax === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "callsMax"},message:"must have required property '"+"callsMax"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.windowMs === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "windowMs"},message:"must have required property '"+"windowMs"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "limitId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "callsMax")) || (key0 === "windowMs")) || (key0 === "per")) || (key0 === "match"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.limitId !== undefined){
let data0 = data.limitId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err4 = {instancePath:instancePath+"/limitId",schemaPath:"#/properties/limitId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema72.properties.limitId,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/limitId",schemaPath:"#/properties/limitId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema72.properties.limitId.type,parentSchema:schema72.properties.limitId,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1000){
const err6 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters",schema:1000,parentSchema:schema72.properties.description,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema72.properties.description.type,parentSchema:schema72.properties.description,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err8 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema72.properties.enabled.type,parentSchema:schema72.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data.callsMax !== undefined){
let data3 = data.callsMax;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err9 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema72.properties.callsMax.type,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000000 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000",schema:1000000000,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.windowMs !== undefined){
let data4 = data.windowMs;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err12 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema72.properties.windowMs.type,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 86400000 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data4 < 100 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100",schema:100,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
let data5 = data.per;
if(Array.isArray(data5)){
if(data5.length > 6){
const err15 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/maxItems",keyword:"maxItems",params:{limit: 6},message:"must NOT have more than 6 items",schema:6,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(!((((((data6 === "organization") || (data6 === "user")) || (data6 === "agent")) || (data6 === "server")) || (data6 === "tool")) || (data6 === "endpoint"))){
const err17 = {instancePath:instancePath+"/per/" + i0,schemaPath:"#/properties/per/items/enum",keyword:"enum",params:{allowedValues: schema72.properties.per.items.enum},message:"must be equal to one of the allowed values",schema:schema72.properties.per.items.enum,parentSchema:schema72.properties.per.items,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let i1 = data5.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data5[i1], data5[j0])){
const err18 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)",schema:true,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err19 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema72.properties.per.type,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
let data7 = data.match;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key1 in data7){
if(!((((((key1 === "users") || (key1 === "agents")) || (key1 === "roles")) || (key1 === "servers")) || (key1 === "methods")) || (key1 === "tools"))){
const err20 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema72.properties.match,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data7.users !== undefined){
let data8 = data7.users;
if((typeof data8 !== "string") && (!(Array.isArray(data8)))){
const err21 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(typeof data8 === "string"){
if(func3(data8) > 1024){
const err22 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(func3(data8) < 1){
const err23 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(Array.isArray(data8)){
if(data8.length > 1024){
const err24 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len1 = data8.length;
for(let i2=0; i2<len1; i2++){
let data9 = data8[i2];
if(typeof data9 === "string"){
if(func3(data9) > 1024){
const err25 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(func3(data9) < 1){
const err26 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
}
if(data7.agents !== undefined){
let data10 = data7.agents;
if((typeof data10 !== "string") && (!(Array.isArray(data10)))){
const err28 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(typeof data10 === "string"){
if(func3(data10) > 1024){
const err29 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(func3(data10) < 1){
const err30 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(Array.isArray(data10)){
if(data10.length > 1024){
const err31 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
const len2 = data10.length;
for(let i3=0; i3<len2; i3++){
let data11 = data10[i3];
if(typeof data11 === "string"){
if(func3(data11) > 1024){
const err32 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func3(data11) < 1){
const err33 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
}
if(data7.roles !== undefined){
let data12 = data7.roles;
if((typeof data12 !== "string") && (!(Array.isArray(data12)))){
const err35 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(typeof data12 === "string"){
if(func3(data12) > 1024){
const err36 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(func3(data12) < 1){
const err37 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(Array.isArray(data12)){
if(data12.length > 1024){
const err38 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
const len3 = data12.length;
for(let i4=0; i4<len3; i4++){
let data13 = data12[i4];
if(typeof data13 === "string"){
if(func3(data13) > 1024){
const err39 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(func3(data13) < 1){
const err40 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
}
if(data7.servers !== undefined){
let data14 = data7.servers;
if((typeof data14 !== "string") && (!(Array.isArray(data14)))){
const err42 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(typeof data14 === "string"){
if(func3(data14) > 1024){
const err43 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(func3(data14) < 1){
const err44 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(Array.isArray(data14)){
if(data14.length > 1024){
const err45 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
const len4 = data14.length;
for(let i5=0; i5<len4; i5++){
let data15 = data14[i5];
if(typeof data15 === "string"){
if(func3(data15) > 1024){
const err46 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(func3(data15) < 1){
const err47 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
else {
const err48 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
}
if(data7.methods !== undefined){
let data16 = data7.methods;
if((typeof data16 !== "string") && (!(Array.isArray(data16)))){
const err49 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(typeof data16 === "string"){
if(func3(data16) > 1024){
const err50 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func3(data16) < 1){
const err51 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(Array.isArray(data16)){
if(data16.length > 1024){
const err52 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
const len5 = data16.length;
for(let i6=0; i6<len5; i6++){
let data17 = data16[i6];
if(typeof data17 === "string"){
if(func3(data17) > 1024){
const err53 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(func3(data17) < 1){
const err54 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
}
if(data7.tools !== undefined){
let data18 = data7.tools;
if((typeof data18 !== "string") && (!(Array.isArray(data18)))){
const err56 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(typeof data18 === "string"){
if(func3(data18) > 1024){
const err57 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(func3(data18) < 1){
const err58 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(Array.isArray(data18)){
if(data18.length > 1024){
const err59 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
const len6 = data18.length;
for(let i7=0; i7<len6; i7++){
let data19 = data18[i7];
if(typeof data19 === "string"){
if(func3(data19) > 1024){
const err60 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(func3(data19) < 1){
const err61 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
}
}
else {
const err63 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema72.properties.match.type,parentSchema:schema72.properties.match,data:data7};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema72.type,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
validate31.errors = vErrors;
return errors === 0;
}
validate31.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema79 = {"description":"An endpoint of its own that shows chosen things of several servers. Every call is decided, limited and recorded as the real server's.","type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"description":"What callers write: `/mcp/v/{name}`. Lower case letters, digits and single hyphens, at most 64 characters, and not `v`, `ws` or `sse`.","type":"string","maxLength":64,"pattern":"^[a-z0-9](?:-?[a-z0-9]){0,63}$"},"title":{"description":"Name for people. Its name unless given.","type":"string","maxLength":256},"description":{"description":"What it is for.","type":"string","maxLength":4096,"default":""},"instructions":{"description":"What the endpoint tells models about itself. Empty: what its servers say.","type":"string","maxLength":16384,"default":""},"metaTools":{"description":"`always`: tools are found with `search_tools` in place of a list of them all. `auto`: as soon as the caller has more than `aggregation.metaToolsAbove`. `off`: never. `null`: as `aggregation.metaTools`.","enum":["off","auto","always",null],"default":null},"tools":{"description":"Tools that it shows. Two picks that could ever give the same name to different tools are refused.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/namePick"},"default":[]},"prompts":{"description":"Prompts that it shows, as `tools`.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/namePick"},"default":[]},"resources":{"description":"Resources and templates that it shows. What is not picked can't be read.","type":"array","maxItems":500,"items":{"$ref":"#/$defs/resourcePick"},"default":[]}}};
const schema80 = {"description":"Tools or prompts of one server.","type":"object","additionalProperties":false,"required":["server","pick"],"properties":{"server":{"description":"The server's name. It need not be there yet.","type":"string","minLength":1,"maxLength":64},"pick":{"description":"What the server calls it; `*` stands for any run of characters.","type":"string","minLength":1,"maxLength":128},"except":{"$ref":"#/$defs/texts","description":"Not these, of what `pick` fits; may hold `*`."},"name":{"description":"What it is called here. Only where `pick` is a whole name.","type":["string","null"],"minLength":1,"maxLength":128,"default":null},"prefix":{"description":"Stands here in front of the server's name for it.","type":"string","maxLength":64,"default":""},"title":{"description":"In place of the server's own title. Only where `pick` has no `*`.","type":["string","null"],"maxLength":256,"default":null},"description":{"description":"In place of the server's own description. Only where `pick` has no `*`.","type":["string","null"],"maxLength":16384,"default":null}}};

function validate34(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate34.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.name === undefined){
data.name = null;
}
if(data.prefix === undefined){
data.prefix = "";
}
if(data.title === undefined){
data.title = null;
}
if(data.description === undefined){
data.description = null;
}
if(data.server === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "server"},message:"must have required property '"+"server"+"'",schema:schema80.required,parentSchema:schema80,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.pick === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "pick"},message:"must have required property '"+"pick"+"'",schema:schema80.required,parentSchema:schema80,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "server") || (key0 === "pick")) || (key0 === "except")) || (key0 === "name")) || (key0 === "prefix")) || (key0 === "title")) || (key0 === "description"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema80,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.server !== undefined){
let data0 = data.server;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err3 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema80.properties.server,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(func3(data0) < 1){
const err4 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema80.properties.server,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema80.properties.server.type,parentSchema:schema80.properties.server,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.pick !== undefined){
let data1 = data.pick;
if(typeof data1 === "string"){
if(func3(data1) > 128){
const err6 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema80.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(func3(data1) < 1){
const err7 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema80.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema80.properties.pick.type,parentSchema:schema80.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.except !== undefined){
let data2 = data.except;
if((typeof data2 !== "string") && (!(Array.isArray(data2)))){
const err9 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(typeof data2 === "string"){
if(func3(data2) > 1024){
const err10 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(func3(data2) < 1){
const err11 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(Array.isArray(data2)){
if(data2.length > 1024){
const err12 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(func3(data3) > 1024){
const err13 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(func3(data3) < 1){
const err14 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
}
let data4 = data.name;
if((typeof data4 !== "string") && (data4 !== null)){
const err16 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: schema80.properties.name.type},message:"must be string,null",schema:schema80.properties.name.type,parentSchema:schema80.properties.name,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(typeof data4 === "string"){
if(func3(data4) > 128){
const err17 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema80.properties.name,data:data4};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(func3(data4) < 1){
const err18 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema80.properties.name,data:data4};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
let data5 = data.prefix;
if(typeof data5 === "string"){
if(func3(data5) > 64){
const err19 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema80.properties.prefix,data:data5};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/prefix",schemaPath:"#/properties/prefix/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema80.properties.prefix.type,parentSchema:schema80.properties.prefix,data:data5};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
let data6 = data.title;
if((typeof data6 !== "string") && (data6 !== null)){
const err21 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: schema80.properties.title.type},message:"must be string,null",schema:schema80.properties.title.type,parentSchema:schema80.properties.title,data:data6};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(typeof data6 === "string"){
if(func3(data6) > 256){
const err22 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema80.properties.title,data:data6};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
let data7 = data.description;
if((typeof data7 !== "string") && (data7 !== null)){
const err23 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: schema80.properties.description.type},message:"must be string,null",schema:schema80.properties.description.type,parentSchema:schema80.properties.description,data:data7};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(typeof data7 === "string"){
if(func3(data7) > 16384){
const err24 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 16384},message:"must NOT have more than 16384 characters",schema:16384,parentSchema:schema80.properties.description,data:data7};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema80.type,parentSchema:schema80,data};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
validate34.errors = vErrors;
return errors === 0;
}
validate34.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema82 = {"description":"Resources and resource templates of one server.","type":"object","additionalProperties":false,"required":["server","pick"],"properties":{"server":{"description":"The server's name. It need not be there yet.","type":"string","minLength":1,"maxLength":64},"pick":{"description":"A URI, or the text of a template, as the server names it; `*` stands for any run of characters.","type":"string","minLength":1,"maxLength":512},"except":{"$ref":"#/$defs/texts","description":"Not these, of what `pick` fits; may hold `*`."},"uri":{"description":"The URI that it has here. Only where `pick` is a whole URI; its contents then carry it, too.","type":["string","null"],"minLength":1,"maxLength":512,"default":null},"title":{"description":"In place of the server's own title. Only where `pick` has no `*`.","type":["string","null"],"maxLength":256,"default":null},"description":{"description":"In place of the server's own description. Only where `pick` has no `*`.","type":["string","null"],"maxLength":16384,"default":null}}};

function validate37(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate37.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.uri === undefined){
data.uri = null;
}
if(data.title === undefined){
data.title = null;
}
if(data.description === undefined){
data.description = null;
}
if(data.server === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "server"},message:"must have required property '"+"server"+"'",schema:schema82.required,parentSchema:schema82,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.pick === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "pick"},message:"must have required property '"+"pick"+"'",schema:schema82.required,parentSchema:schema82,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((key0 === "server") || (key0 === "pick")) || (key0 === "except")) || (key0 === "uri")) || (key0 === "title")) || (key0 === "description"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema82,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.server !== undefined){
let data0 = data.server;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err3 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema82.properties.server,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(func3(data0) < 1){
const err4 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema82.properties.server,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/server",schemaPath:"#/properties/server/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema82.properties.server.type,parentSchema:schema82.properties.server,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.pick !== undefined){
let data1 = data.pick;
if(typeof data1 === "string"){
if(func3(data1) > 512){
const err6 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters",schema:512,parentSchema:schema82.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(func3(data1) < 1){
const err7 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema82.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/pick",schemaPath:"#/properties/pick/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema82.properties.pick.type,parentSchema:schema82.properties.pick,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.except !== undefined){
let data2 = data.except;
if((typeof data2 !== "string") && (!(Array.isArray(data2)))){
const err9 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(typeof data2 === "string"){
if(func3(data2) > 1024){
const err10 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(func3(data2) < 1){
const err11 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(Array.isArray(data2)){
if(data2.length > 1024){
const err12 = {instancePath:instancePath+"/except",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data2};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(func3(data3) > 1024){
const err13 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(func3(data3) < 1){
const err14 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/except/" + i0,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data3};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
}
let data4 = data.uri;
if((typeof data4 !== "string") && (data4 !== null)){
const err16 = {instancePath:instancePath+"/uri",schemaPath:"#/properties/uri/type",keyword:"type",params:{type: schema82.properties.uri.type},message:"must be string,null",schema:schema82.properties.uri.type,parentSchema:schema82.properties.uri,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(typeof data4 === "string"){
if(func3(data4) > 512){
const err17 = {instancePath:instancePath+"/uri",schemaPath:"#/properties/uri/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters",schema:512,parentSchema:schema82.properties.uri,data:data4};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(func3(data4) < 1){
const err18 = {instancePath:instancePath+"/uri",schemaPath:"#/properties/uri/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema82.properties.uri,data:data4};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
let data5 = data.title;
if((typeof data5 !== "string") && (data5 !== null)){
const err19 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: schema82.properties.title.type},message:"must be string,null",schema:schema82.properties.title.type,parentSchema:schema82.properties.title,data:data5};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(typeof data5 === "string"){
if(func3(data5) > 256){
const err20 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema82.properties.title,data:data5};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
let data6 = data.description;
if((typeof data6 !== "string") && (data6 !== null)){
const err21 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: schema82.properties.description.type},message:"must be string,null",schema:schema82.properties.description.type,parentSchema:schema82.properties.description,data:data6};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(typeof data6 === "string"){
if(func3(data6) > 16384){
const err22 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 16384},message:"must NOT have more than 16384 characters",schema:16384,parentSchema:schema82.properties.description,data:data6};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema82.type,parentSchema:schema82,data};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
validate37.errors = vErrors;
return errors === 0;
}
validate37.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate33(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate33.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.instructions === undefined){
data.instructions = "";
}
if(data.metaTools === undefined){
data.metaTools = null;
}
if(data.tools === undefined){
data.tools = [];
}
if(data.prompts === undefined){
data.prompts = [];
}
if(data.resources === undefined){
data.resources = [];
}
if(data.name === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema79.required,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "name") || (key0 === "title")) || (key0 === "description")) || (key0 === "instructions")) || (key0 === "metaTools")) || (key0 === "tools")) || (key0 === "prompts")) || (key0 === "resources"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(!pattern20.test(data0)){
const err3 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:-?[a-z0-9]){0,63}$"},message:"must match pattern \""+"^[a-z0-9](?:-?[a-z0-9]){0,63}$"+"\"",schema:"^[a-z0-9](?:-?[a-z0-9]){0,63}$",parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.name.type,parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.title !== undefined){
let data1 = data.title;
if(typeof data1 === "string"){
if(func3(data1) > 256){
const err5 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema79.properties.title,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.title.type,parentSchema:schema79.properties.title,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
let data2 = data.description;
if(typeof data2 === "string"){
if(func3(data2) > 4096){
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema79.properties.description,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.description.type,parentSchema:schema79.properties.description,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data3 = data.instructions;
if(typeof data3 === "string"){
if(func3(data3) > 16384){
const err9 = {instancePath:instancePath+"/instructions",schemaPath:"#/properties/instructions/maxLength",keyword:"maxLength",params:{limit: 16384},message:"must NOT have more than 16384 characters",schema:16384,parentSchema:schema79.properties.instructions,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/instructions",schemaPath:"#/properties/instructions/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.instructions.type,parentSchema:schema79.properties.instructions,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
let data4 = data.metaTools;
if(!((((data4 === "off") || (data4 === "auto")) || (data4 === "always")) || (data4 === null))){
const err11 = {instancePath:instancePath+"/metaTools",schemaPath:"#/properties/metaTools/enum",keyword:"enum",params:{allowedValues: schema79.properties.metaTools.enum},message:"must be equal to one of the allowed values",schema:schema79.properties.metaTools.enum,parentSchema:schema79.properties.metaTools,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
let data5 = data.tools;
if(Array.isArray(data5)){
if(data5.length > 500){
const err12 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.tools,data:data5};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
if(!(validate34(data5[i0], {instancePath:instancePath+"/tools/" + i0,parentData:data5,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
errors = vErrors.length;
}
}
}
else {
const err13 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.tools.type,parentSchema:schema79.properties.tools,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
let data7 = data.prompts;
if(Array.isArray(data7)){
if(data7.length > 500){
const err14 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.prompts,data:data7};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
const len1 = data7.length;
for(let i1=0; i1<len1; i1++){
if(!(validate34(data7[i1], {instancePath:instancePath+"/prompts/" + i1,parentData:data7,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.prompts.type,parentSchema:schema79.properties.prompts,data:data7};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
let data9 = data.resources;
if(Array.isArray(data9)){
if(data9.length > 500){
const err16 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.resources,data:data9};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len2 = data9.length;
for(let i2=0; i2<len2; i2++){
if(!(validate37(data9[i2], {instancePath:instancePath+"/resources/" + i2,parentData:data9,parentDataProperty:i2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate37.errors : vErrors.concat(validate37.errors);
errors = vErrors.length;
}
}
}
else {
const err17 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.resources.type,parentSchema:schema79.properties.resources,data:data9};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema79.type,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate33.errors = vErrors;
return errors === 0;
}
validate33.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.organization === undefined){
data.organization = "default";
}
if(data.http === undefined){
data.http = {};
}
if(data.grpc === undefined){
data.grpc = {};
}
if(data.data === undefined){
data.data = {};
}
if(data.cluster === undefined){
data.cluster = {};
}
if(data.sealing === undefined){
data.sealing = {};
}
if(data.kafka === undefined){
data.kafka = {};
}
if(data.schemaRegistry === undefined){
data.schemaRegistry = {};
}
if(data.views === undefined){
data.views = {};
}
if(data.audit === undefined){
data.audit = {};
}
if(data.authentication === undefined){
data.authentication = {};
}
if(data.anomalies === undefined){
data.anomalies = {};
}
if(data.limiter === undefined){
data.limiter = {};
}
if(data.upstreams === undefined){
data.upstreams = {};
}
if(data.aggregation === undefined){
data.aggregation = {};
}
if(data.cache === undefined){
data.cache = {};
}
if(data.telemetry === undefined){
data.telemetry = {};
}
if(data.elasticsearch === undefined){
data.elasticsearch = {};
}
if(data.log === undefined){
data.log = {};
}
if(data.shutdown === undefined){
data.shutdown = {};
}
if(data.servers === undefined){
data.servers = [];
}
if(data.policies === undefined){
data.policies = [];
}
if(data.budgets === undefined){
data.budgets = [];
}
if(data.limits === undefined){
data.limits = [];
}
if(data.virtualServers === undefined){
data.virtualServers = [];
}
for(const key0 in data){
if(!(func1.call(schema31.properties, key0))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema31,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
let data0 = data.organization;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err1 = {instancePath:instancePath+"/organization",schemaPath:"#/properties/organization/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema31.properties.organization,data:data0};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath:instancePath+"/organization",schemaPath:"#/properties/organization/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.organization.type,parentSchema:schema31.properties.organization,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
let data1 = data.http;
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(data1.host === undefined){
data1.host = "127.0.0.1";
}
if(data1.port === undefined){
data1.port = 8080;
}
if(data1.tls === undefined){
data1.tls = null;
}
if(data1.allowPlaintext === undefined){
data1.allowPlaintext = false;
}
if(data1.allowedHosts === undefined){
data1.allowedHosts = [];
}
if(data1.allowedOrigins === undefined){
data1.allowedOrigins = [];
}
if(data1.trustedProxies === undefined){
data1.trustedProxies = [];
}
if(data1.publicUrl === undefined){
data1.publicUrl = null;
}
if(data1.bodyBytesMax === undefined){
data1.bodyBytesMax = 4194304;
}
if(data1.bodyTimeoutMs === undefined){
data1.bodyTimeoutMs = 15000;
}
if(data1.callsInFlightMax === undefined){
data1.callsInFlightMax = 10000;
}
if(data1.callsInFlightPerCallerMax === undefined){
data1.callsInFlightPerCallerMax = 500;
}
if(data1.loopDelayMsMax === undefined){
data1.loopDelayMsMax = 250;
}
for(const key1 in data1){
if(!(func1.call(schema31.properties.http.properties, key1))){
const err3 = {instancePath:instancePath+"/http",schemaPath:"#/properties/http/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.http,data:data1};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
let data2 = data1.host;
if(typeof data2 === "string"){
if(func3(data2) < 1){
const err4 = {instancePath:instancePath+"/http/host",schemaPath:"#/properties/http/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.http.properties.host,data:data2};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/http/host",schemaPath:"#/properties/http/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.host.type,parentSchema:schema31.properties.http.properties.host,data:data2};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
let data3 = data1.port;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err6 = {instancePath:instancePath+"/http/port",schemaPath:"#/properties/http/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.port.type,parentSchema:schema31.properties.http.properties.port,data:data3};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 65535 || isNaN(data3)){
const err7 = {instancePath:instancePath+"/http/port",schemaPath:"#/properties/http/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535",schema:65535,parentSchema:schema31.properties.http.properties.port,data:data3};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err8 = {instancePath:instancePath+"/http/port",schemaPath:"#/properties/http/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.http.properties.port,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
let data4 = data1.tls;
if((!(data4 && typeof data4 == "object" && !Array.isArray(data4))) && (data4 !== null)){
const err9 = {instancePath:instancePath+"/http/tls",schemaPath:"#/properties/http/properties/tls/type",keyword:"type",params:{type: schema31.properties.http.properties.tls.type},message:"must be object,null",schema:schema31.properties.http.properties.tls.type,parentSchema:schema31.properties.http.properties.tls,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
if(data4.clientCa === undefined){
data4.clientCa = null;
}
if(data4.key === undefined){
const err10 = {instancePath:instancePath+"/http/tls",schemaPath:"#/properties/http/properties/tls/required",keyword:"required",params:{missingProperty: "key"},message:"must have required property '"+"key"+"'",schema:schema31.properties.http.properties.tls.required,parentSchema:schema31.properties.http.properties.tls,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data4.cert === undefined){
const err11 = {instancePath:instancePath+"/http/tls",schemaPath:"#/properties/http/properties/tls/required",keyword:"required",params:{missingProperty: "cert"},message:"must have required property '"+"cert"+"'",schema:schema31.properties.http.properties.tls.required,parentSchema:schema31.properties.http.properties.tls,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key2 in data4){
if(!(((key2 === "key") || (key2 === "cert")) || (key2 === "clientCa"))){
const err12 = {instancePath:instancePath+"/http/tls",schemaPath:"#/properties/http/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.http.properties.tls,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data4.key !== undefined){
let data5 = data4.key;
if(typeof data5 === "string"){
if(func3(data5) < 1){
const err13 = {instancePath:instancePath+"/http/tls/key",schemaPath:"#/properties/http/properties/tls/properties/key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.http.properties.tls.properties.key,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/http/tls/key",schemaPath:"#/properties/http/properties/tls/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.tls.properties.key.type,parentSchema:schema31.properties.http.properties.tls.properties.key,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data4.cert !== undefined){
let data6 = data4.cert;
if(typeof data6 === "string"){
if(func3(data6) < 1){
const err15 = {instancePath:instancePath+"/http/tls/cert",schemaPath:"#/properties/http/properties/tls/properties/cert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.http.properties.tls.properties.cert,data:data6};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/http/tls/cert",schemaPath:"#/properties/http/properties/tls/properties/cert/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.tls.properties.cert.type,parentSchema:schema31.properties.http.properties.tls.properties.cert,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
let data7 = data4.clientCa;
if((typeof data7 !== "string") && (data7 !== null)){
const err17 = {instancePath:instancePath+"/http/tls/clientCa",schemaPath:"#/properties/http/properties/tls/properties/clientCa/type",keyword:"type",params:{type: schema31.properties.http.properties.tls.properties.clientCa.type},message:"must be string,null",schema:schema31.properties.http.properties.tls.properties.clientCa.type,parentSchema:schema31.properties.http.properties.tls.properties.clientCa,data:data7};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(typeof data7 === "string"){
if(func3(data7) < 1){
const err18 = {instancePath:instancePath+"/http/tls/clientCa",schemaPath:"#/properties/http/properties/tls/properties/clientCa/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.http.properties.tls.properties.clientCa,data:data7};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
let data8 = data1.allowPlaintext;
if(typeof data8 !== "boolean"){
const err19 = {instancePath:instancePath+"/http/allowPlaintext",schemaPath:"#/properties/http/properties/allowPlaintext/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.http.properties.allowPlaintext.type,parentSchema:schema31.properties.http.properties.allowPlaintext,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
let data9 = data1.allowedHosts;
if(Array.isArray(data9)){
if(data9.length > 256){
const err20 = {instancePath:instancePath+"/http/allowedHosts",schemaPath:"#/properties/http/properties/allowedHosts/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.http.properties.allowedHosts,data:data9};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(typeof data10 === "string"){
if(func3(data10) > 253){
const err21 = {instancePath:instancePath+"/http/allowedHosts/" + i0,schemaPath:"#/properties/http/properties/allowedHosts/items/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema31.properties.http.properties.allowedHosts.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(func3(data10) < 1){
const err22 = {instancePath:instancePath+"/http/allowedHosts/" + i0,schemaPath:"#/properties/http/properties/allowedHosts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.http.properties.allowedHosts.items,data:data10};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/http/allowedHosts/" + i0,schemaPath:"#/properties/http/properties/allowedHosts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.allowedHosts.items.type,parentSchema:schema31.properties.http.properties.allowedHosts.items,data:data10};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/http/allowedHosts",schemaPath:"#/properties/http/properties/allowedHosts/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.http.properties.allowedHosts.type,parentSchema:schema31.properties.http.properties.allowedHosts,data:data9};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
let data11 = data1.allowedOrigins;
if(Array.isArray(data11)){
if(data11.length > 256){
const err25 = {instancePath:instancePath+"/http/allowedOrigins",schemaPath:"#/properties/http/properties/allowedOrigins/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.http.properties.allowedOrigins,data:data11};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
const len1 = data11.length;
for(let i1=0; i1<len1; i1++){
let data12 = data11[i1];
if(typeof data12 === "string"){
if(!pattern5.test(data12)){
const err26 = {instancePath:instancePath+"/http/allowedOrigins/" + i1,schemaPath:"#/properties/http/properties/allowedOrigins/items/pattern",keyword:"pattern",params:{pattern: "^https?://[^/]+$"},message:"must match pattern \""+"^https?://[^/]+$"+"\"",schema:"^https?://[^/]+$",parentSchema:schema31.properties.http.properties.allowedOrigins.items,data:data12};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/http/allowedOrigins/" + i1,schemaPath:"#/properties/http/properties/allowedOrigins/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.allowedOrigins.items.type,parentSchema:schema31.properties.http.properties.allowedOrigins.items,data:data12};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
else {
const err28 = {instancePath:instancePath+"/http/allowedOrigins",schemaPath:"#/properties/http/properties/allowedOrigins/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.http.properties.allowedOrigins.type,parentSchema:schema31.properties.http.properties.allowedOrigins,data:data11};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
let data13 = data1.trustedProxies;
if(Array.isArray(data13)){
if(data13.length > 64){
const err29 = {instancePath:instancePath+"/http/trustedProxies",schemaPath:"#/properties/http/properties/trustedProxies/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.http.properties.trustedProxies,data:data13};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
const len2 = data13.length;
for(let i2=0; i2<len2; i2++){
let data14 = data13[i2];
if(typeof data14 === "string"){
if(!pattern6.test(data14)){
const err30 = {instancePath:instancePath+"/http/trustedProxies/" + i2,schemaPath:"#/properties/http/properties/trustedProxies/items/pattern",keyword:"pattern",params:{pattern: "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"},message:"must match pattern \""+"^[0-9A-Fa-f.:]+/[0-9]{1,3}$"+"\"",schema:"^[0-9A-Fa-f.:]+/[0-9]{1,3}$",parentSchema:schema31.properties.http.properties.trustedProxies.items,data:data14};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
else {
const err31 = {instancePath:instancePath+"/http/trustedProxies/" + i2,schemaPath:"#/properties/http/properties/trustedProxies/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.http.properties.trustedProxies.items.type,parentSchema:schema31.properties.http.properties.trustedProxies.items,data:data14};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
else {
const err32 = {instancePath:instancePath+"/http/trustedProxies",schemaPath:"#/properties/http/properties/trustedProxies/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.http.properties.trustedProxies.type,parentSchema:schema31.properties.http.properties.trustedProxies,data:data13};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
let data15 = data1.publicUrl;
if((typeof data15 !== "string") && (data15 !== null)){
const err33 = {instancePath:instancePath+"/http/publicUrl",schemaPath:"#/properties/http/properties/publicUrl/type",keyword:"type",params:{type: schema31.properties.http.properties.publicUrl.type},message:"must be string,null",schema:schema31.properties.http.properties.publicUrl.type,parentSchema:schema31.properties.http.properties.publicUrl,data:data15};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(typeof data15 === "string"){
if(!pattern7.test(data15)){
const err34 = {instancePath:instancePath+"/http/publicUrl",schemaPath:"#/properties/http/properties/publicUrl/pattern",keyword:"pattern",params:{pattern: "^https?://[^?#]+$"},message:"must match pattern \""+"^https?://[^?#]+$"+"\"",schema:"^https?://[^?#]+$",parentSchema:schema31.properties.http.properties.publicUrl,data:data15};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
let data16 = data1.bodyBytesMax;
if(!(((typeof data16 == "number") && (!(data16 % 1) && !isNaN(data16))) && (isFinite(data16)))){
const err35 = {instancePath:instancePath+"/http/bodyBytesMax",schemaPath:"#/properties/http/properties/bodyBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.bodyBytesMax.type,parentSchema:schema31.properties.http.properties.bodyBytesMax,data:data16};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data16 == "number") && (isFinite(data16))){
if(data16 > 67108864 || isNaN(data16)){
const err36 = {instancePath:instancePath+"/http/bodyBytesMax",schemaPath:"#/properties/http/properties/bodyBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 67108864},message:"must be <= 67108864",schema:67108864,parentSchema:schema31.properties.http.properties.bodyBytesMax,data:data16};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data16 < 1024 || isNaN(data16)){
const err37 = {instancePath:instancePath+"/http/bodyBytesMax",schemaPath:"#/properties/http/properties/bodyBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1024},message:"must be >= 1024",schema:1024,parentSchema:schema31.properties.http.properties.bodyBytesMax,data:data16};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
let data17 = data1.bodyTimeoutMs;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err38 = {instancePath:instancePath+"/http/bodyTimeoutMs",schemaPath:"#/properties/http/properties/bodyTimeoutMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.bodyTimeoutMs.type,parentSchema:schema31.properties.http.properties.bodyTimeoutMs,data:data17};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 600000 || isNaN(data17)){
const err39 = {instancePath:instancePath+"/http/bodyTimeoutMs",schemaPath:"#/properties/http/properties/bodyTimeoutMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000",schema:600000,parentSchema:schema31.properties.http.properties.bodyTimeoutMs,data:data17};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data17 < 100 || isNaN(data17)){
const err40 = {instancePath:instancePath+"/http/bodyTimeoutMs",schemaPath:"#/properties/http/properties/bodyTimeoutMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100",schema:100,parentSchema:schema31.properties.http.properties.bodyTimeoutMs,data:data17};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
let data18 = data1.callsInFlightMax;
if(!(((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18))) && (isFinite(data18)))){
const err41 = {instancePath:instancePath+"/http/callsInFlightMax",schemaPath:"#/properties/http/properties/callsInFlightMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.callsInFlightMax.type,parentSchema:schema31.properties.http.properties.callsInFlightMax,data:data18};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if((typeof data18 == "number") && (isFinite(data18))){
if(data18 > 1000000 || isNaN(data18)){
const err42 = {instancePath:instancePath+"/http/callsInFlightMax",schemaPath:"#/properties/http/properties/callsInFlightMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.http.properties.callsInFlightMax,data:data18};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data18 < 1 || isNaN(data18)){
const err43 = {instancePath:instancePath+"/http/callsInFlightMax",schemaPath:"#/properties/http/properties/callsInFlightMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.http.properties.callsInFlightMax,data:data18};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
let data19 = data1.callsInFlightPerCallerMax;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err44 = {instancePath:instancePath+"/http/callsInFlightPerCallerMax",schemaPath:"#/properties/http/properties/callsInFlightPerCallerMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.callsInFlightPerCallerMax.type,parentSchema:schema31.properties.http.properties.callsInFlightPerCallerMax,data:data19};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 > 1000000 || isNaN(data19)){
const err45 = {instancePath:instancePath+"/http/callsInFlightPerCallerMax",schemaPath:"#/properties/http/properties/callsInFlightPerCallerMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.http.properties.callsInFlightPerCallerMax,data:data19};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data19 < 1 || isNaN(data19)){
const err46 = {instancePath:instancePath+"/http/callsInFlightPerCallerMax",schemaPath:"#/properties/http/properties/callsInFlightPerCallerMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.http.properties.callsInFlightPerCallerMax,data:data19};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
let data20 = data1.loopDelayMsMax;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err47 = {instancePath:instancePath+"/http/loopDelayMsMax",schemaPath:"#/properties/http/properties/loopDelayMsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.http.properties.loopDelayMsMax.type,parentSchema:schema31.properties.http.properties.loopDelayMsMax,data:data20};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 600000 || isNaN(data20)){
const err48 = {instancePath:instancePath+"/http/loopDelayMsMax",schemaPath:"#/properties/http/properties/loopDelayMsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000",schema:600000,parentSchema:schema31.properties.http.properties.loopDelayMsMax,data:data20};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data20 < 10 || isNaN(data20)){
const err49 = {instancePath:instancePath+"/http/loopDelayMsMax",schemaPath:"#/properties/http/properties/loopDelayMsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10",schema:10,parentSchema:schema31.properties.http.properties.loopDelayMsMax,data:data20};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
else {
const err50 = {instancePath:instancePath+"/http",schemaPath:"#/properties/http/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.http.type,parentSchema:schema31.properties.http,data:data1};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
let data21 = data.grpc;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.host === undefined){
data21.host = "127.0.0.1";
}
if(data21.port === undefined){
data21.port = 9090;
}
if(data21.tls === undefined){
data21.tls = null;
}
if(data21.allowPlaintext === undefined){
data21.allowPlaintext = false;
}
for(const key3 in data21){
if(!((((key3 === "host") || (key3 === "port")) || (key3 === "tls")) || (key3 === "allowPlaintext"))){
const err51 = {instancePath:instancePath+"/grpc",schemaPath:"#/properties/grpc/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.grpc,data:data21};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
let data22 = data21.host;
if(typeof data22 === "string"){
if(func3(data22) < 1){
const err52 = {instancePath:instancePath+"/grpc/host",schemaPath:"#/properties/grpc/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.grpc.properties.host,data:data22};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/grpc/host",schemaPath:"#/properties/grpc/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.grpc.properties.host.type,parentSchema:schema31.properties.grpc.properties.host,data:data22};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
let data23 = data21.port;
if(!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))){
const err54 = {instancePath:instancePath+"/grpc/port",schemaPath:"#/properties/grpc/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.grpc.properties.port.type,parentSchema:schema31.properties.grpc.properties.port,data:data23};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 > 65535 || isNaN(data23)){
const err55 = {instancePath:instancePath+"/grpc/port",schemaPath:"#/properties/grpc/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535",schema:65535,parentSchema:schema31.properties.grpc.properties.port,data:data23};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data23 < 0 || isNaN(data23)){
const err56 = {instancePath:instancePath+"/grpc/port",schemaPath:"#/properties/grpc/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.grpc.properties.port,data:data23};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
let data24 = data21.tls;
if((!(data24 && typeof data24 == "object" && !Array.isArray(data24))) && (data24 !== null)){
const err57 = {instancePath:instancePath+"/grpc/tls",schemaPath:"#/properties/grpc/properties/tls/type",keyword:"type",params:{type: schema31.properties.grpc.properties.tls.type},message:"must be object,null",schema:schema31.properties.grpc.properties.tls.type,parentSchema:schema31.properties.grpc.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.clientCa === undefined){
data24.clientCa = null;
}
if(data24.key === undefined){
const err58 = {instancePath:instancePath+"/grpc/tls",schemaPath:"#/properties/grpc/properties/tls/required",keyword:"required",params:{missingProperty: "key"},message:"must have required property '"+"key"+"'",schema:schema31.properties.grpc.properties.tls.required,parentSchema:schema31.properties.grpc.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(data24.cert === undefined){
const err59 = {instancePath:instancePath+"/grpc/tls",schemaPath:"#/properties/grpc/properties/tls/required",keyword:"required",params:{missingProperty: "cert"},message:"must have required property '"+"cert"+"'",schema:schema31.properties.grpc.properties.tls.required,parentSchema:schema31.properties.grpc.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
for(const key4 in data24){
if(!(((key4 === "key") || (key4 === "cert")) || (key4 === "clientCa"))){
const err60 = {instancePath:instancePath+"/grpc/tls",schemaPath:"#/properties/grpc/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.grpc.properties.tls,data:data24};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data24.key !== undefined){
let data25 = data24.key;
if(typeof data25 === "string"){
if(func3(data25) < 1){
const err61 = {instancePath:instancePath+"/grpc/tls/key",schemaPath:"#/properties/grpc/properties/tls/properties/key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.grpc.properties.tls.properties.key,data:data25};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/grpc/tls/key",schemaPath:"#/properties/grpc/properties/tls/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.grpc.properties.tls.properties.key.type,parentSchema:schema31.properties.grpc.properties.tls.properties.key,data:data25};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data24.cert !== undefined){
let data26 = data24.cert;
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err63 = {instancePath:instancePath+"/grpc/tls/cert",schemaPath:"#/properties/grpc/properties/tls/properties/cert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.grpc.properties.tls.properties.cert,data:data26};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/grpc/tls/cert",schemaPath:"#/properties/grpc/properties/tls/properties/cert/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.grpc.properties.tls.properties.cert.type,parentSchema:schema31.properties.grpc.properties.tls.properties.cert,data:data26};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
let data27 = data24.clientCa;
if((typeof data27 !== "string") && (data27 !== null)){
const err65 = {instancePath:instancePath+"/grpc/tls/clientCa",schemaPath:"#/properties/grpc/properties/tls/properties/clientCa/type",keyword:"type",params:{type: schema31.properties.grpc.properties.tls.properties.clientCa.type},message:"must be string,null",schema:schema31.properties.grpc.properties.tls.properties.clientCa.type,parentSchema:schema31.properties.grpc.properties.tls.properties.clientCa,data:data27};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
let data28 = data21.allowPlaintext;
if(typeof data28 !== "boolean"){
const err66 = {instancePath:instancePath+"/grpc/allowPlaintext",schemaPath:"#/properties/grpc/properties/allowPlaintext/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.grpc.properties.allowPlaintext.type,parentSchema:schema31.properties.grpc.properties.allowPlaintext,data:data28};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/grpc",schemaPath:"#/properties/grpc/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.grpc.type,parentSchema:schema31.properties.grpc,data:data21};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
let data29 = data.data;
if(data29 && typeof data29 == "object" && !Array.isArray(data29)){
if(data29.folder === undefined){
data29.folder = "./.sluice";
}
for(const key5 in data29){
if(!(key5 === "folder")){
const err68 = {instancePath:instancePath+"/data",schemaPath:"#/properties/data/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.data,data:data29};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
let data30 = data29.folder;
if(typeof data30 === "string"){
if(func3(data30) < 1){
const err69 = {instancePath:instancePath+"/data/folder",schemaPath:"#/properties/data/properties/folder/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.data.properties.folder,data:data30};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
else {
const err70 = {instancePath:instancePath+"/data/folder",schemaPath:"#/properties/data/properties/folder/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.data.properties.folder.type,parentSchema:schema31.properties.data.properties.folder,data:data30};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
else {
const err71 = {instancePath:instancePath+"/data",schemaPath:"#/properties/data/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.data.type,parentSchema:schema31.properties.data,data:data29};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
let data31 = data.cluster;
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.address === undefined){
data31.address = null;
}
if(data31.peers === undefined){
data31.peers = [];
}
for(const key6 in data31){
if(!((key6 === "address") || (key6 === "peers"))){
const err72 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.cluster,data:data31};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
let data32 = data31.address;
if((typeof data32 !== "string") && (data32 !== null)){
const err73 = {instancePath:instancePath+"/cluster/address",schemaPath:"#/properties/cluster/properties/address/type",keyword:"type",params:{type: schema31.properties.cluster.properties.address.type},message:"must be string,null",schema:schema31.properties.cluster.properties.address.type,parentSchema:schema31.properties.cluster.properties.address,data:data32};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if(typeof data32 === "string"){
if(!pattern8.test(data32)){
const err74 = {instancePath:instancePath+"/cluster/address",schemaPath:"#/properties/cluster/properties/address/pattern",keyword:"pattern",params:{pattern: "^https?://[^/?#]{1,64}$"},message:"must match pattern \""+"^https?://[^/?#]{1,64}$"+"\"",schema:"^https?://[^/?#]{1,64}$",parentSchema:schema31.properties.cluster.properties.address,data:data32};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
let data33 = data31.peers;
if(Array.isArray(data33)){
if(data33.length > 64){
const err75 = {instancePath:instancePath+"/cluster/peers",schemaPath:"#/properties/cluster/properties/peers/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.cluster.properties.peers,data:data33};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
const len3 = data33.length;
for(let i3=0; i3<len3; i3++){
let data34 = data33[i3];
if(typeof data34 === "string"){
if(!pattern8.test(data34)){
const err76 = {instancePath:instancePath+"/cluster/peers/" + i3,schemaPath:"#/properties/cluster/properties/peers/items/pattern",keyword:"pattern",params:{pattern: "^https?://[^/?#]{1,64}$"},message:"must match pattern \""+"^https?://[^/?#]{1,64}$"+"\"",schema:"^https?://[^/?#]{1,64}$",parentSchema:schema31.properties.cluster.properties.peers.items,data:data34};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/cluster/peers/" + i3,schemaPath:"#/properties/cluster/properties/peers/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.cluster.properties.peers.items.type,parentSchema:schema31.properties.cluster.properties.peers.items,data:data34};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
}
else {
const err78 = {instancePath:instancePath+"/cluster/peers",schemaPath:"#/properties/cluster/properties/peers/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.cluster.properties.peers.type,parentSchema:schema31.properties.cluster.properties.peers,data:data33};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/cluster",schemaPath:"#/properties/cluster/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.cluster.type,parentSchema:schema31.properties.cluster,data:data31};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
let data35 = data.sealing;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if(data35.keyFile === undefined){
data35.keyFile = null;
}
if(data35.keys === undefined){
data35.keys = [];
}
for(const key7 in data35){
if(!((key7 === "keyFile") || (key7 === "keys"))){
const err80 = {instancePath:instancePath+"/sealing",schemaPath:"#/properties/sealing/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.sealing,data:data35};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
let data36 = data35.keyFile;
if((typeof data36 !== "string") && (data36 !== null)){
const err81 = {instancePath:instancePath+"/sealing/keyFile",schemaPath:"#/properties/sealing/properties/keyFile/type",keyword:"type",params:{type: schema31.properties.sealing.properties.keyFile.type},message:"must be string,null",schema:schema31.properties.sealing.properties.keyFile.type,parentSchema:schema31.properties.sealing.properties.keyFile,data:data36};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
let data37 = data35.keys;
if(Array.isArray(data37)){
if(data37.length > 8){
const err82 = {instancePath:instancePath+"/sealing/keys",schemaPath:"#/properties/sealing/properties/keys/maxItems",keyword:"maxItems",params:{limit: 8},message:"must NOT have more than 8 items",schema:8,parentSchema:schema31.properties.sealing.properties.keys,data:data37};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
const len4 = data37.length;
for(let i4=0; i4<len4; i4++){
let data38 = data37[i4];
if(typeof data38 === "string"){
if(func3(data38) > 1024){
const err83 = {instancePath:instancePath+"/sealing/keys/" + i4,schemaPath:"#/properties/sealing/properties/keys/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema31.properties.sealing.properties.keys.items,data:data38};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(func3(data38) < 32){
const err84 = {instancePath:instancePath+"/sealing/keys/" + i4,schemaPath:"#/properties/sealing/properties/keys/items/minLength",keyword:"minLength",params:{limit: 32},message:"must NOT have fewer than 32 characters",schema:32,parentSchema:schema31.properties.sealing.properties.keys.items,data:data38};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/sealing/keys/" + i4,schemaPath:"#/properties/sealing/properties/keys/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.sealing.properties.keys.items.type,parentSchema:schema31.properties.sealing.properties.keys.items,data:data38};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
else {
const err86 = {instancePath:instancePath+"/sealing/keys",schemaPath:"#/properties/sealing/properties/keys/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.sealing.properties.keys.type,parentSchema:schema31.properties.sealing.properties.keys,data:data37};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
else {
const err87 = {instancePath:instancePath+"/sealing",schemaPath:"#/properties/sealing/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.sealing.type,parentSchema:schema31.properties.sealing,data:data35};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
let data39 = data.kafka;
if(data39 && typeof data39 == "object" && !Array.isArray(data39)){
if(data39.brokers === undefined){
data39.brokers = [];
}
if(data39.topicPrefix === undefined){
data39.topicPrefix = "sluice.";
}
if(data39.partitionsMax === undefined){
data39.partitionsMax = 12;
}
if(data39.replicas === undefined){
data39.replicas = null;
}
if(data39.minInSyncReplicas === undefined){
data39.minInSyncReplicas = null;
}
if(data39.tls === undefined){
data39.tls = false;
}
if(data39.tlsFiles === undefined){
data39.tlsFiles = {};
}
if(data39.sasl === undefined){
data39.sasl = {};
}
if(data39.waitMs === undefined){
data39.waitMs = 120000;
}
for(const key8 in data39){
if(!(func1.call(schema31.properties.kafka.properties, key8))){
const err88 = {instancePath:instancePath+"/kafka",schemaPath:"#/properties/kafka/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.kafka,data:data39};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
let data40 = data39.brokers;
if(Array.isArray(data40)){
if(data40.length > 64){
const err89 = {instancePath:instancePath+"/kafka/brokers",schemaPath:"#/properties/kafka/properties/brokers/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.kafka.properties.brokers,data:data40};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
const len5 = data40.length;
for(let i5=0; i5<len5; i5++){
let data41 = data40[i5];
if(typeof data41 === "string"){
if(!pattern10.test(data41)){
const err90 = {instancePath:instancePath+"/kafka/brokers/" + i5,schemaPath:"#/properties/kafka/properties/brokers/items/pattern",keyword:"pattern",params:{pattern: "^[^\\s:/]+:[0-9]{1,5}$|^\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}$"},message:"must match pattern \""+"^[^\\s:/]+:[0-9]{1,5}$|^\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}$"+"\"",schema:"^[^\\s:/]+:[0-9]{1,5}$|^\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}$",parentSchema:schema31.properties.kafka.properties.brokers.items,data:data41};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/kafka/brokers/" + i5,schemaPath:"#/properties/kafka/properties/brokers/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.kafka.properties.brokers.items.type,parentSchema:schema31.properties.kafka.properties.brokers.items,data:data41};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
else {
const err92 = {instancePath:instancePath+"/kafka/brokers",schemaPath:"#/properties/kafka/properties/brokers/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.kafka.properties.brokers.type,parentSchema:schema31.properties.kafka.properties.brokers,data:data40};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
let data42 = data39.topicPrefix;
if(typeof data42 === "string"){
if(!pattern11.test(data42)){
const err93 = {instancePath:instancePath+"/kafka/topicPrefix",schemaPath:"#/properties/kafka/properties/topicPrefix/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9._-]{0,64}$"},message:"must match pattern \""+"^[A-Za-z0-9._-]{0,64}$"+"\"",schema:"^[A-Za-z0-9._-]{0,64}$",parentSchema:schema31.properties.kafka.properties.topicPrefix,data:data42};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/kafka/topicPrefix",schemaPath:"#/properties/kafka/properties/topicPrefix/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.kafka.properties.topicPrefix.type,parentSchema:schema31.properties.kafka.properties.topicPrefix,data:data42};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
let data43 = data39.partitionsMax;
if(!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))){
const err95 = {instancePath:instancePath+"/kafka/partitionsMax",schemaPath:"#/properties/kafka/properties/partitionsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.kafka.properties.partitionsMax.type,parentSchema:schema31.properties.kafka.properties.partitionsMax,data:data43};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 > 12 || isNaN(data43)){
const err96 = {instancePath:instancePath+"/kafka/partitionsMax",schemaPath:"#/properties/kafka/properties/partitionsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 12},message:"must be <= 12",schema:12,parentSchema:schema31.properties.kafka.properties.partitionsMax,data:data43};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(data43 < 1 || isNaN(data43)){
const err97 = {instancePath:instancePath+"/kafka/partitionsMax",schemaPath:"#/properties/kafka/properties/partitionsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.kafka.properties.partitionsMax,data:data43};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
let data44 = data39.replicas;
if((!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))) && (data44 !== null)){
const err98 = {instancePath:instancePath+"/kafka/replicas",schemaPath:"#/properties/kafka/properties/replicas/type",keyword:"type",params:{type: schema31.properties.kafka.properties.replicas.type},message:"must be integer,null",schema:schema31.properties.kafka.properties.replicas.type,parentSchema:schema31.properties.kafka.properties.replicas,data:data44};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 16 || isNaN(data44)){
const err99 = {instancePath:instancePath+"/kafka/replicas",schemaPath:"#/properties/kafka/properties/replicas/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},message:"must be <= 16",schema:16,parentSchema:schema31.properties.kafka.properties.replicas,data:data44};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if(data44 < 1 || isNaN(data44)){
const err100 = {instancePath:instancePath+"/kafka/replicas",schemaPath:"#/properties/kafka/properties/replicas/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.kafka.properties.replicas,data:data44};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
let data45 = data39.minInSyncReplicas;
if((!(((typeof data45 == "number") && (!(data45 % 1) && !isNaN(data45))) && (isFinite(data45)))) && (data45 !== null)){
const err101 = {instancePath:instancePath+"/kafka/minInSyncReplicas",schemaPath:"#/properties/kafka/properties/minInSyncReplicas/type",keyword:"type",params:{type: schema31.properties.kafka.properties.minInSyncReplicas.type},message:"must be integer,null",schema:schema31.properties.kafka.properties.minInSyncReplicas.type,parentSchema:schema31.properties.kafka.properties.minInSyncReplicas,data:data45};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 16 || isNaN(data45)){
const err102 = {instancePath:instancePath+"/kafka/minInSyncReplicas",schemaPath:"#/properties/kafka/properties/minInSyncReplicas/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},message:"must be <= 16",schema:16,parentSchema:schema31.properties.kafka.properties.minInSyncReplicas,data:data45};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(data45 < 1 || isNaN(data45)){
const err103 = {instancePath:instancePath+"/kafka/minInSyncReplicas",schemaPath:"#/properties/kafka/properties/minInSyncReplicas/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.kafka.properties.minInSyncReplicas,data:data45};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
let data46 = data39.tls;
if(typeof data46 !== "boolean"){
const err104 = {instancePath:instancePath+"/kafka/tls",schemaPath:"#/properties/kafka/properties/tls/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.kafka.properties.tls.type,parentSchema:schema31.properties.kafka.properties.tls,data:data46};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
let data47 = data39.tlsFiles;
if(data47 && typeof data47 == "object" && !Array.isArray(data47)){
if(data47.ca === undefined){
data47.ca = null;
}
if(data47.cert === undefined){
data47.cert = null;
}
if(data47.key === undefined){
data47.key = null;
}
for(const key9 in data47){
if(!(((key9 === "ca") || (key9 === "cert")) || (key9 === "key"))){
const err105 = {instancePath:instancePath+"/kafka/tlsFiles",schemaPath:"#/properties/kafka/properties/tlsFiles/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.kafka.properties.tlsFiles,data:data47};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
let data48 = data47.ca;
if((typeof data48 !== "string") && (data48 !== null)){
const err106 = {instancePath:instancePath+"/kafka/tlsFiles/ca",schemaPath:"#/properties/kafka/properties/tlsFiles/properties/ca/type",keyword:"type",params:{type: schema31.properties.kafka.properties.tlsFiles.properties.ca.type},message:"must be string,null",schema:schema31.properties.kafka.properties.tlsFiles.properties.ca.type,parentSchema:schema31.properties.kafka.properties.tlsFiles.properties.ca,data:data48};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
let data49 = data47.cert;
if((typeof data49 !== "string") && (data49 !== null)){
const err107 = {instancePath:instancePath+"/kafka/tlsFiles/cert",schemaPath:"#/properties/kafka/properties/tlsFiles/properties/cert/type",keyword:"type",params:{type: schema31.properties.kafka.properties.tlsFiles.properties.cert.type},message:"must be string,null",schema:schema31.properties.kafka.properties.tlsFiles.properties.cert.type,parentSchema:schema31.properties.kafka.properties.tlsFiles.properties.cert,data:data49};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
let data50 = data47.key;
if((typeof data50 !== "string") && (data50 !== null)){
const err108 = {instancePath:instancePath+"/kafka/tlsFiles/key",schemaPath:"#/properties/kafka/properties/tlsFiles/properties/key/type",keyword:"type",params:{type: schema31.properties.kafka.properties.tlsFiles.properties.key.type},message:"must be string,null",schema:schema31.properties.kafka.properties.tlsFiles.properties.key.type,parentSchema:schema31.properties.kafka.properties.tlsFiles.properties.key,data:data50};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
else {
const err109 = {instancePath:instancePath+"/kafka/tlsFiles",schemaPath:"#/properties/kafka/properties/tlsFiles/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.kafka.properties.tlsFiles.type,parentSchema:schema31.properties.kafka.properties.tlsFiles,data:data47};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
let data51 = data39.sasl;
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
if(data51.mechanism === undefined){
data51.mechanism = "none";
}
if(data51.username === undefined){
data51.username = "";
}
if(data51.password === undefined){
data51.password = "";
}
for(const key10 in data51){
if(!(((key10 === "mechanism") || (key10 === "username")) || (key10 === "password"))){
const err110 = {instancePath:instancePath+"/kafka/sasl",schemaPath:"#/properties/kafka/properties/sasl/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.kafka.properties.sasl,data:data51};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
let data52 = data51.mechanism;
if(!((((data52 === "none") || (data52 === "plain")) || (data52 === "scram-sha-256")) || (data52 === "scram-sha-512"))){
const err111 = {instancePath:instancePath+"/kafka/sasl/mechanism",schemaPath:"#/properties/kafka/properties/sasl/properties/mechanism/enum",keyword:"enum",params:{allowedValues: schema31.properties.kafka.properties.sasl.properties.mechanism.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.kafka.properties.sasl.properties.mechanism.enum,parentSchema:schema31.properties.kafka.properties.sasl.properties.mechanism,data:data52};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
let data53 = data51.username;
if(typeof data53 === "string"){
if(func3(data53) > 1024){
const err112 = {instancePath:instancePath+"/kafka/sasl/username",schemaPath:"#/properties/kafka/properties/sasl/properties/username/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema31.properties.kafka.properties.sasl.properties.username,data:data53};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
else {
const err113 = {instancePath:instancePath+"/kafka/sasl/username",schemaPath:"#/properties/kafka/properties/sasl/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.kafka.properties.sasl.properties.username.type,parentSchema:schema31.properties.kafka.properties.sasl.properties.username,data:data53};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
let data54 = data51.password;
if(typeof data54 === "string"){
if(func3(data54) > 4096){
const err114 = {instancePath:instancePath+"/kafka/sasl/password",schemaPath:"#/properties/kafka/properties/sasl/properties/password/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.kafka.properties.sasl.properties.password,data:data54};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
else {
const err115 = {instancePath:instancePath+"/kafka/sasl/password",schemaPath:"#/properties/kafka/properties/sasl/properties/password/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.kafka.properties.sasl.properties.password.type,parentSchema:schema31.properties.kafka.properties.sasl.properties.password,data:data54};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
else {
const err116 = {instancePath:instancePath+"/kafka/sasl",schemaPath:"#/properties/kafka/properties/sasl/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.kafka.properties.sasl.type,parentSchema:schema31.properties.kafka.properties.sasl,data:data51};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
let data55 = data39.waitMs;
if(!(((typeof data55 == "number") && (!(data55 % 1) && !isNaN(data55))) && (isFinite(data55)))){
const err117 = {instancePath:instancePath+"/kafka/waitMs",schemaPath:"#/properties/kafka/properties/waitMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.kafka.properties.waitMs.type,parentSchema:schema31.properties.kafka.properties.waitMs,data:data55};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if((typeof data55 == "number") && (isFinite(data55))){
if(data55 > 3600000 || isNaN(data55)){
const err118 = {instancePath:instancePath+"/kafka/waitMs",schemaPath:"#/properties/kafka/properties/waitMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000",schema:3600000,parentSchema:schema31.properties.kafka.properties.waitMs,data:data55};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
if(data55 < 0 || isNaN(data55)){
const err119 = {instancePath:instancePath+"/kafka/waitMs",schemaPath:"#/properties/kafka/properties/waitMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.kafka.properties.waitMs,data:data55};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/kafka",schemaPath:"#/properties/kafka/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.kafka.type,parentSchema:schema31.properties.kafka,data:data39};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
let data56 = data.schemaRegistry;
if(data56 && typeof data56 == "object" && !Array.isArray(data56)){
if(data56.url === undefined){
data56.url = null;
}
if(data56.username === undefined){
data56.username = "";
}
if(data56.password === undefined){
data56.password = "";
}
for(const key11 in data56){
if(!(((key11 === "url") || (key11 === "username")) || (key11 === "password"))){
const err121 = {instancePath:instancePath+"/schemaRegistry",schemaPath:"#/properties/schemaRegistry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.schemaRegistry,data:data56};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
let data57 = data56.url;
if((typeof data57 !== "string") && (data57 !== null)){
const err122 = {instancePath:instancePath+"/schemaRegistry/url",schemaPath:"#/properties/schemaRegistry/properties/url/type",keyword:"type",params:{type: schema31.properties.schemaRegistry.properties.url.type},message:"must be string,null",schema:schema31.properties.schemaRegistry.properties.url.type,parentSchema:schema31.properties.schemaRegistry.properties.url,data:data57};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
if(typeof data57 === "string"){
if(!pattern12.test(data57)){
const err123 = {instancePath:instancePath+"/schemaRegistry/url",schemaPath:"#/properties/schemaRegistry/properties/url/pattern",keyword:"pattern",params:{pattern: "^https?://[^\\s@]+$"},message:"must match pattern \""+"^https?://[^\\s@]+$"+"\"",schema:"^https?://[^\\s@]+$",parentSchema:schema31.properties.schemaRegistry.properties.url,data:data57};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
let data58 = data56.username;
if(typeof data58 === "string"){
if(func3(data58) > 1024){
const err124 = {instancePath:instancePath+"/schemaRegistry/username",schemaPath:"#/properties/schemaRegistry/properties/username/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema31.properties.schemaRegistry.properties.username,data:data58};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
else {
const err125 = {instancePath:instancePath+"/schemaRegistry/username",schemaPath:"#/properties/schemaRegistry/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.schemaRegistry.properties.username.type,parentSchema:schema31.properties.schemaRegistry.properties.username,data:data58};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
let data59 = data56.password;
if(typeof data59 === "string"){
if(func3(data59) > 4096){
const err126 = {instancePath:instancePath+"/schemaRegistry/password",schemaPath:"#/properties/schemaRegistry/properties/password/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.schemaRegistry.properties.password,data:data59};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
else {
const err127 = {instancePath:instancePath+"/schemaRegistry/password",schemaPath:"#/properties/schemaRegistry/properties/password/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.schemaRegistry.properties.password.type,parentSchema:schema31.properties.schemaRegistry.properties.password,data:data59};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
else {
const err128 = {instancePath:instancePath+"/schemaRegistry",schemaPath:"#/properties/schemaRegistry/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.schemaRegistry.type,parentSchema:schema31.properties.schemaRegistry,data:data56};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
let data60 = data.views;
if(data60 && typeof data60 == "object" && !Array.isArray(data60)){
if(data60.ageMsMax === undefined){
data60.ageMsMax = 900000;
}
for(const key12 in data60){
if(!(key12 === "ageMsMax")){
const err129 = {instancePath:instancePath+"/views",schemaPath:"#/properties/views/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.views,data:data60};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
let data61 = data60.ageMsMax;
if(!(((typeof data61 == "number") && (!(data61 % 1) && !isNaN(data61))) && (isFinite(data61)))){
const err130 = {instancePath:instancePath+"/views/ageMsMax",schemaPath:"#/properties/views/properties/ageMsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.views.properties.ageMsMax.type,parentSchema:schema31.properties.views.properties.ageMsMax,data:data61};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
if((typeof data61 == "number") && (isFinite(data61))){
if(data61 > 604800000 || isNaN(data61)){
const err131 = {instancePath:instancePath+"/views/ageMsMax",schemaPath:"#/properties/views/properties/ageMsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 604800000},message:"must be <= 604800000",schema:604800000,parentSchema:schema31.properties.views.properties.ageMsMax,data:data61};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(data61 < 1000 || isNaN(data61)){
const err132 = {instancePath:instancePath+"/views/ageMsMax",schemaPath:"#/properties/views/properties/ageMsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.views.properties.ageMsMax,data:data61};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
}
else {
const err133 = {instancePath:instancePath+"/views",schemaPath:"#/properties/views/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.views.type,parentSchema:schema31.properties.views,data:data60};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
let data62 = data.audit;
if(data62 && typeof data62 == "object" && !Array.isArray(data62)){
if(data62.mode === undefined){
data62.mode = "strict";
}
if(data62.arguments === undefined){
data62.arguments = "redacted";
}
if(data62.redaction === undefined){
data62.redaction = {};
}
if(data62.spoolBytesMax === undefined){
data62.spoolBytesMax = 1073741824;
}
for(const key13 in data62){
if(!((((key13 === "mode") || (key13 === "arguments")) || (key13 === "redaction")) || (key13 === "spoolBytesMax"))){
const err134 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.audit,data:data62};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
let data63 = data62.mode;
if(!((data63 === "strict") || (data63 === "buffered"))){
const err135 = {instancePath:instancePath+"/audit/mode",schemaPath:"#/properties/audit/properties/mode/enum",keyword:"enum",params:{allowedValues: schema31.properties.audit.properties.mode.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.audit.properties.mode.enum,parentSchema:schema31.properties.audit.properties.mode,data:data63};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
let data64 = data62.arguments;
if(!((data64 === "redacted") || (data64 === "none"))){
const err136 = {instancePath:instancePath+"/audit/arguments",schemaPath:"#/properties/audit/properties/arguments/enum",keyword:"enum",params:{allowedValues: schema31.properties.audit.properties.arguments.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.audit.properties.arguments.enum,parentSchema:schema31.properties.audit.properties.arguments,data:data64};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
let data65 = data62.redaction;
if(data65 && typeof data65 == "object" && !Array.isArray(data65)){
if(data65.keys === undefined){
data65.keys = [];
}
if(data65.patterns === undefined){
data65.patterns = [];
}
for(const key14 in data65){
if(!((key14 === "keys") || (key14 === "patterns"))){
const err137 = {instancePath:instancePath+"/audit/redaction",schemaPath:"#/properties/audit/properties/redaction/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.audit.properties.redaction,data:data65};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
let data66 = data65.keys;
if(Array.isArray(data66)){
if(data66.length > 256){
const err138 = {instancePath:instancePath+"/audit/redaction/keys",schemaPath:"#/properties/audit/properties/redaction/properties/keys/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.audit.properties.redaction.properties.keys,data:data66};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
const len6 = data66.length;
for(let i6=0; i6<len6; i6++){
let data67 = data66[i6];
if(typeof data67 === "string"){
if(func3(data67) > 128){
const err139 = {instancePath:instancePath+"/audit/redaction/keys/" + i6,schemaPath:"#/properties/audit/properties/redaction/properties/keys/items/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema31.properties.audit.properties.redaction.properties.keys.items,data:data67};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
if(func3(data67) < 1){
const err140 = {instancePath:instancePath+"/audit/redaction/keys/" + i6,schemaPath:"#/properties/audit/properties/redaction/properties/keys/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.audit.properties.redaction.properties.keys.items,data:data67};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
else {
const err141 = {instancePath:instancePath+"/audit/redaction/keys/" + i6,schemaPath:"#/properties/audit/properties/redaction/properties/keys/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.audit.properties.redaction.properties.keys.items.type,parentSchema:schema31.properties.audit.properties.redaction.properties.keys.items,data:data67};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
}
else {
const err142 = {instancePath:instancePath+"/audit/redaction/keys",schemaPath:"#/properties/audit/properties/redaction/properties/keys/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.audit.properties.redaction.properties.keys.type,parentSchema:schema31.properties.audit.properties.redaction.properties.keys,data:data66};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
let data68 = data65.patterns;
if(Array.isArray(data68)){
if(data68.length > 64){
const err143 = {instancePath:instancePath+"/audit/redaction/patterns",schemaPath:"#/properties/audit/properties/redaction/properties/patterns/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.audit.properties.redaction.properties.patterns,data:data68};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
const len7 = data68.length;
for(let i7=0; i7<len7; i7++){
let data69 = data68[i7];
if(typeof data69 === "string"){
if(func3(data69) > 512){
const err144 = {instancePath:instancePath+"/audit/redaction/patterns/" + i7,schemaPath:"#/properties/audit/properties/redaction/properties/patterns/items/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters",schema:512,parentSchema:schema31.properties.audit.properties.redaction.properties.patterns.items,data:data69};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if(func3(data69) < 1){
const err145 = {instancePath:instancePath+"/audit/redaction/patterns/" + i7,schemaPath:"#/properties/audit/properties/redaction/properties/patterns/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.audit.properties.redaction.properties.patterns.items,data:data69};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
else {
const err146 = {instancePath:instancePath+"/audit/redaction/patterns/" + i7,schemaPath:"#/properties/audit/properties/redaction/properties/patterns/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.audit.properties.redaction.properties.patterns.items.type,parentSchema:schema31.properties.audit.properties.redaction.properties.patterns.items,data:data69};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
}
else {
const err147 = {instancePath:instancePath+"/audit/redaction/patterns",schemaPath:"#/properties/audit/properties/redaction/properties/patterns/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.audit.properties.redaction.properties.patterns.type,parentSchema:schema31.properties.audit.properties.redaction.properties.patterns,data:data68};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
else {
const err148 = {instancePath:instancePath+"/audit/redaction",schemaPath:"#/properties/audit/properties/redaction/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.audit.properties.redaction.type,parentSchema:schema31.properties.audit.properties.redaction,data:data65};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
let data70 = data62.spoolBytesMax;
if(!(((typeof data70 == "number") && (!(data70 % 1) && !isNaN(data70))) && (isFinite(data70)))){
const err149 = {instancePath:instancePath+"/audit/spoolBytesMax",schemaPath:"#/properties/audit/properties/spoolBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.audit.properties.spoolBytesMax.type,parentSchema:schema31.properties.audit.properties.spoolBytesMax,data:data70};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
if((typeof data70 == "number") && (isFinite(data70))){
if(data70 > 1099511627776 || isNaN(data70)){
const err150 = {instancePath:instancePath+"/audit/spoolBytesMax",schemaPath:"#/properties/audit/properties/spoolBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1099511627776},message:"must be <= 1099511627776",schema:1099511627776,parentSchema:schema31.properties.audit.properties.spoolBytesMax,data:data70};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if(data70 < 1048576 || isNaN(data70)){
const err151 = {instancePath:instancePath+"/audit/spoolBytesMax",schemaPath:"#/properties/audit/properties/spoolBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1048576},message:"must be >= 1048576",schema:1048576,parentSchema:schema31.properties.audit.properties.spoolBytesMax,data:data70};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
}
else {
const err152 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.audit.type,parentSchema:schema31.properties.audit,data:data62};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
let data71 = data.authentication;
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
if(data71.issuers === undefined){
data71.issuers = [];
}
for(const key15 in data71){
if(!(key15 === "issuers")){
const err153 = {instancePath:instancePath+"/authentication",schemaPath:"#/properties/authentication/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.authentication,data:data71};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
let data72 = data71.issuers;
if(Array.isArray(data72)){
if(data72.length > 64){
const err154 = {instancePath:instancePath+"/authentication/issuers",schemaPath:"#/properties/authentication/properties/issuers/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.authentication.properties.issuers,data:data72};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
const len8 = data72.length;
for(let i8=0; i8<len8; i8++){
let data73 = data72[i8];
if(data73 && typeof data73 == "object" && !Array.isArray(data73)){
if(data73.algorithms === undefined){
data73.algorithms = ["RS256"];
}
if(data73.organization === undefined){
data73.organization = null;
}
if(data73.organizationClaim === undefined){
data73.organizationClaim = null;
}
if(data73.claims === undefined){
data73.claims = {};
}
if(data73.issuer === undefined){
const err155 = {instancePath:instancePath+"/authentication/issuers/" + i8,schemaPath:"#/$defs/issuer/required",keyword:"required",params:{missingProperty: "issuer"},message:"must have required property '"+"issuer"+"'",schema:schema32.required,parentSchema:schema32,data:data73};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
if(data73.jwksUrl === undefined){
const err156 = {instancePath:instancePath+"/authentication/issuers/" + i8,schemaPath:"#/$defs/issuer/required",keyword:"required",params:{missingProperty: "jwksUrl"},message:"must have required property '"+"jwksUrl"+"'",schema:schema32.required,parentSchema:schema32,data:data73};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
if(data73.audiences === undefined){
const err157 = {instancePath:instancePath+"/authentication/issuers/" + i8,schemaPath:"#/$defs/issuer/required",keyword:"required",params:{missingProperty: "audiences"},message:"must have required property '"+"audiences"+"'",schema:schema32.required,parentSchema:schema32,data:data73};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
for(const key16 in data73){
if(!(((((((key16 === "issuer") || (key16 === "jwksUrl")) || (key16 === "audiences")) || (key16 === "algorithms")) || (key16 === "organization")) || (key16 === "organizationClaim")) || (key16 === "claims"))){
const err158 = {instancePath:instancePath+"/authentication/issuers/" + i8,schemaPath:"#/$defs/issuer/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},message:"must NOT have additional properties",schema:false,parentSchema:schema32,data:data73};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
if(data73.issuer !== undefined){
let data74 = data73.issuer;
if(typeof data74 === "string"){
if(func3(data74) > 1024){
const err159 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/issuer",schemaPath:"#/$defs/issuer/properties/issuer/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema32.properties.issuer,data:data74};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
if(func3(data74) < 1){
const err160 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/issuer",schemaPath:"#/$defs/issuer/properties/issuer/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.issuer,data:data74};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/issuer",schemaPath:"#/$defs/issuer/properties/issuer/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.issuer.type,parentSchema:schema32.properties.issuer,data:data74};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
if(data73.jwksUrl !== undefined){
let data75 = data73.jwksUrl;
if(typeof data75 === "string"){
if(!pattern13.test(data75)){
const err162 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/jwksUrl",schemaPath:"#/$defs/issuer/properties/jwksUrl/pattern",keyword:"pattern",params:{pattern: "^https?://[^#]+$"},message:"must match pattern \""+"^https?://[^#]+$"+"\"",schema:"^https?://[^#]+$",parentSchema:schema32.properties.jwksUrl,data:data75};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
else {
const err163 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/jwksUrl",schemaPath:"#/$defs/issuer/properties/jwksUrl/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.jwksUrl.type,parentSchema:schema32.properties.jwksUrl,data:data75};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
if(data73.audiences !== undefined){
let data76 = data73.audiences;
if(Array.isArray(data76)){
if(data76.length > 32){
const err164 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences",schemaPath:"#/$defs/issuer/properties/audiences/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items",schema:32,parentSchema:schema32.properties.audiences,data:data76};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
if(data76.length < 1){
const err165 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences",schemaPath:"#/$defs/issuer/properties/audiences/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema32.properties.audiences,data:data76};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
const len9 = data76.length;
for(let i9=0; i9<len9; i9++){
let data77 = data76[i9];
if(typeof data77 === "string"){
if(func3(data77) > 1024){
const err166 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences/" + i9,schemaPath:"#/$defs/issuer/properties/audiences/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema32.properties.audiences.items,data:data77};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
if(func3(data77) < 1){
const err167 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences/" + i9,schemaPath:"#/$defs/issuer/properties/audiences/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.audiences.items,data:data77};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
else {
const err168 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences/" + i9,schemaPath:"#/$defs/issuer/properties/audiences/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.audiences.items.type,parentSchema:schema32.properties.audiences.items,data:data77};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
}
else {
const err169 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/audiences",schemaPath:"#/$defs/issuer/properties/audiences/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema32.properties.audiences.type,parentSchema:schema32.properties.audiences,data:data76};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
let data78 = data73.algorithms;
if(Array.isArray(data78)){
if(data78.length < 1){
const err170 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/algorithms",schemaPath:"#/$defs/issuer/properties/algorithms/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema32.properties.algorithms,data:data78};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
const len10 = data78.length;
for(let i10=0; i10<len10; i10++){
let data79 = data78[i10];
if(!(((((((((((data79 === "RS256") || (data79 === "RS384")) || (data79 === "RS512")) || (data79 === "PS256")) || (data79 === "PS384")) || (data79 === "PS512")) || (data79 === "ES256")) || (data79 === "ES384")) || (data79 === "ES512")) || (data79 === "EdDSA")) || (data79 === "Ed25519"))){
const err171 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/algorithms/" + i10,schemaPath:"#/$defs/issuer/properties/algorithms/items/enum",keyword:"enum",params:{allowedValues: schema32.properties.algorithms.items.enum},message:"must be equal to one of the allowed values",schema:schema32.properties.algorithms.items.enum,parentSchema:schema32.properties.algorithms.items,data:data79};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
}
else {
const err172 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/algorithms",schemaPath:"#/$defs/issuer/properties/algorithms/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema32.properties.algorithms.type,parentSchema:schema32.properties.algorithms,data:data78};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
let data80 = data73.organization;
if((typeof data80 !== "string") && (data80 !== null)){
const err173 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/organization",schemaPath:"#/$defs/issuer/properties/organization/type",keyword:"type",params:{type: schema32.properties.organization.type},message:"must be string,null",schema:schema32.properties.organization.type,parentSchema:schema32.properties.organization,data:data80};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
if(typeof data80 === "string"){
if(!pattern4.test(data80)){
const err174 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/organization",schemaPath:"#/$defs/issuer/properties/organization/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema32.properties.organization,data:data80};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
let data81 = data73.organizationClaim;
if((typeof data81 !== "string") && (data81 !== null)){
const err175 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/organizationClaim",schemaPath:"#/$defs/issuer/properties/organizationClaim/type",keyword:"type",params:{type: schema32.properties.organizationClaim.type},message:"must be string,null",schema:schema32.properties.organizationClaim.type,parentSchema:schema32.properties.organizationClaim,data:data81};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
if(typeof data81 === "string"){
if(func3(data81) > 256){
const err176 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/organizationClaim",schemaPath:"#/$defs/issuer/properties/organizationClaim/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.organizationClaim,data:data81};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
if(func3(data81) < 1){
const err177 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/organizationClaim",schemaPath:"#/$defs/issuer/properties/organizationClaim/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.organizationClaim,data:data81};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
}
let data82 = data73.claims;
if(data82 && typeof data82 == "object" && !Array.isArray(data82)){
if(data82.user === undefined){
data82.user = "sub";
}
if(data82.agent === undefined){
data82.agent = null;
}
if(data82.roles === undefined){
data82.roles = "roles";
}
if(data82.scopes === undefined){
data82.scopes = "scope";
}
if(data82.groups === undefined){
data82.groups = "groups";
}
for(const key17 in data82){
if(!(((((key17 === "user") || (key17 === "agent")) || (key17 === "roles")) || (key17 === "scopes")) || (key17 === "groups"))){
const err178 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims",schemaPath:"#/$defs/issuer/properties/claims/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},message:"must NOT have additional properties",schema:false,parentSchema:schema32.properties.claims,data:data82};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
let data83 = data82.user;
if(typeof data83 === "string"){
if(func3(data83) > 256){
const err179 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/user",schemaPath:"#/$defs/issuer/properties/claims/properties/user/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.claims.properties.user,data:data83};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if(func3(data83) < 1){
const err180 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/user",schemaPath:"#/$defs/issuer/properties/claims/properties/user/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.claims.properties.user,data:data83};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
else {
const err181 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/user",schemaPath:"#/$defs/issuer/properties/claims/properties/user/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.claims.properties.user.type,parentSchema:schema32.properties.claims.properties.user,data:data83};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
let data84 = data82.agent;
if((typeof data84 !== "string") && (data84 !== null)){
const err182 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/agent",schemaPath:"#/$defs/issuer/properties/claims/properties/agent/type",keyword:"type",params:{type: schema32.properties.claims.properties.agent.type},message:"must be string,null",schema:schema32.properties.claims.properties.agent.type,parentSchema:schema32.properties.claims.properties.agent,data:data84};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
if(typeof data84 === "string"){
if(func3(data84) > 256){
const err183 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/agent",schemaPath:"#/$defs/issuer/properties/claims/properties/agent/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.claims.properties.agent,data:data84};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
if(func3(data84) < 1){
const err184 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/agent",schemaPath:"#/$defs/issuer/properties/claims/properties/agent/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.claims.properties.agent,data:data84};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
let data85 = data82.roles;
if(typeof data85 === "string"){
if(func3(data85) > 256){
const err185 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/roles",schemaPath:"#/$defs/issuer/properties/claims/properties/roles/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.claims.properties.roles,data:data85};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
if(func3(data85) < 1){
const err186 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/roles",schemaPath:"#/$defs/issuer/properties/claims/properties/roles/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.claims.properties.roles,data:data85};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
else {
const err187 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/roles",schemaPath:"#/$defs/issuer/properties/claims/properties/roles/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.claims.properties.roles.type,parentSchema:schema32.properties.claims.properties.roles,data:data85};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
let data86 = data82.scopes;
if(typeof data86 === "string"){
if(func3(data86) > 256){
const err188 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/scopes",schemaPath:"#/$defs/issuer/properties/claims/properties/scopes/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.claims.properties.scopes,data:data86};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
if(func3(data86) < 1){
const err189 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/scopes",schemaPath:"#/$defs/issuer/properties/claims/properties/scopes/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.claims.properties.scopes,data:data86};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
}
else {
const err190 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/scopes",schemaPath:"#/$defs/issuer/properties/claims/properties/scopes/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.claims.properties.scopes.type,parentSchema:schema32.properties.claims.properties.scopes,data:data86};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
let data87 = data82.groups;
if(typeof data87 === "string"){
if(func3(data87) > 256){
const err191 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/groups",schemaPath:"#/$defs/issuer/properties/claims/properties/groups/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema32.properties.claims.properties.groups,data:data87};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
if(func3(data87) < 1){
const err192 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/groups",schemaPath:"#/$defs/issuer/properties/claims/properties/groups/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema32.properties.claims.properties.groups,data:data87};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
}
else {
const err193 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims/groups",schemaPath:"#/$defs/issuer/properties/claims/properties/groups/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema32.properties.claims.properties.groups.type,parentSchema:schema32.properties.claims.properties.groups,data:data87};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
else {
const err194 = {instancePath:instancePath+"/authentication/issuers/" + i8+"/claims",schemaPath:"#/$defs/issuer/properties/claims/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.properties.claims.type,parentSchema:schema32.properties.claims,data:data82};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
else {
const err195 = {instancePath:instancePath+"/authentication/issuers/" + i8,schemaPath:"#/$defs/issuer/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema32.type,parentSchema:schema32,data:data73};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
}
}
else {
const err196 = {instancePath:instancePath+"/authentication/issuers",schemaPath:"#/properties/authentication/properties/issuers/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.authentication.properties.issuers.type,parentSchema:schema31.properties.authentication.properties.issuers,data:data72};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
}
else {
const err197 = {instancePath:instancePath+"/authentication",schemaPath:"#/properties/authentication/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.authentication.type,parentSchema:schema31.properties.authentication,data:data71};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
let data88 = data.anomalies;
if(data88 && typeof data88 == "object" && !Array.isArray(data88)){
if(data88.enabled === undefined){
data88.enabled = true;
}
if(data88.alertsPerDay === undefined){
data88.alertsPerDay = 2;
}
if(data88.windowMs === undefined){
data88.windowMs = 60000;
}
if(data88.settleMs === undefined){
data88.settleMs = 20000;
}
if(data88.responses === undefined){
data88.responses = {};
}
for(const key18 in data88){
if(!(((((key18 === "enabled") || (key18 === "alertsPerDay")) || (key18 === "windowMs")) || (key18 === "settleMs")) || (key18 === "responses"))){
const err198 = {instancePath:instancePath+"/anomalies",schemaPath:"#/properties/anomalies/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.anomalies,data:data88};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
}
let data89 = data88.enabled;
if(typeof data89 !== "boolean"){
const err199 = {instancePath:instancePath+"/anomalies/enabled",schemaPath:"#/properties/anomalies/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.anomalies.properties.enabled.type,parentSchema:schema31.properties.anomalies.properties.enabled,data:data89};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
let data90 = data88.alertsPerDay;
if((typeof data90 == "number") && (isFinite(data90))){
if(data90 > 10000 || isNaN(data90)){
const err200 = {instancePath:instancePath+"/anomalies/alertsPerDay",schemaPath:"#/properties/anomalies/properties/alertsPerDay/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema31.properties.anomalies.properties.alertsPerDay,data:data90};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
if(data90 <= 0 || isNaN(data90)){
const err201 = {instancePath:instancePath+"/anomalies/alertsPerDay",schemaPath:"#/properties/anomalies/properties/alertsPerDay/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0",schema:0,parentSchema:schema31.properties.anomalies.properties.alertsPerDay,data:data90};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
else {
const err202 = {instancePath:instancePath+"/anomalies/alertsPerDay",schemaPath:"#/properties/anomalies/properties/alertsPerDay/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.anomalies.properties.alertsPerDay.type,parentSchema:schema31.properties.anomalies.properties.alertsPerDay,data:data90};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
let data91 = data88.windowMs;
if(!(((typeof data91 == "number") && (!(data91 % 1) && !isNaN(data91))) && (isFinite(data91)))){
const err203 = {instancePath:instancePath+"/anomalies/windowMs",schemaPath:"#/properties/anomalies/properties/windowMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.windowMs.type,parentSchema:schema31.properties.anomalies.properties.windowMs,data:data91};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
if((typeof data91 == "number") && (isFinite(data91))){
if(data91 > 3600000 || isNaN(data91)){
const err204 = {instancePath:instancePath+"/anomalies/windowMs",schemaPath:"#/properties/anomalies/properties/windowMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000",schema:3600000,parentSchema:schema31.properties.anomalies.properties.windowMs,data:data91};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
if(data91 < 1000 || isNaN(data91)){
const err205 = {instancePath:instancePath+"/anomalies/windowMs",schemaPath:"#/properties/anomalies/properties/windowMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.anomalies.properties.windowMs,data:data91};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
let data92 = data88.settleMs;
if(!(((typeof data92 == "number") && (!(data92 % 1) && !isNaN(data92))) && (isFinite(data92)))){
const err206 = {instancePath:instancePath+"/anomalies/settleMs",schemaPath:"#/properties/anomalies/properties/settleMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.settleMs.type,parentSchema:schema31.properties.anomalies.properties.settleMs,data:data92};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
if((typeof data92 == "number") && (isFinite(data92))){
if(data92 > 600000 || isNaN(data92)){
const err207 = {instancePath:instancePath+"/anomalies/settleMs",schemaPath:"#/properties/anomalies/properties/settleMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000",schema:600000,parentSchema:schema31.properties.anomalies.properties.settleMs,data:data92};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
if(data92 < 500 || isNaN(data92)){
const err208 = {instancePath:instancePath+"/anomalies/settleMs",schemaPath:"#/properties/anomalies/properties/settleMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 500},message:"must be >= 500",schema:500,parentSchema:schema31.properties.anomalies.properties.settleMs,data:data92};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
let data93 = data88.responses;
if(data93 && typeof data93 == "object" && !Array.isArray(data93)){
if(data93.caller === undefined){
data93.caller = [];
}
if(data93.tool === undefined){
data93.tool = [];
}
if(data93.server === undefined){
data93.server = [];
}
for(const key19 in data93){
if(!(((key19 === "caller") || (key19 === "tool")) || (key19 === "server"))){
const err209 = {instancePath:instancePath+"/anomalies/responses",schemaPath:"#/properties/anomalies/properties/responses/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.anomalies.properties.responses,data:data93};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
let data94 = data93.caller;
if(Array.isArray(data94)){
if(data94.length > 8){
const err210 = {instancePath:instancePath+"/anomalies/responses/caller",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/maxItems",keyword:"maxItems",params:{limit: 8},message:"must NOT have more than 8 items",schema:8,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller,data:data94};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
const len11 = data94.length;
for(let i11=0; i11<len11; i11++){
let data95 = data94[i11];
if(data95 && typeof data95 == "object" && !Array.isArray(data95)){
if(data95.lastsMs === undefined){
data95.lastsMs = 900000;
}
if(data95.callsPerMinute === undefined){
data95.callsPerMinute = 6;
}
if(data95.strength === undefined){
const err211 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11,schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/required",keyword:"required",params:{missingProperty: "strength"},message:"must have required property '"+"strength"+"'",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items,data:data95};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
if(data95.action === undefined){
const err212 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11,schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/required",keyword:"required",params:{missingProperty: "action"},message:"must have required property '"+"action"+"'",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items,data:data95};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
for(const key20 in data95){
if(!((((key20 === "strength") || (key20 === "action")) || (key20 === "lastsMs")) || (key20 === "callsPerMinute"))){
const err213 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11,schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key20},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items,data:data95};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
}
if(data95.strength !== undefined){
let data96 = data95.strength;
if((typeof data96 == "number") && (isFinite(data96))){
if(data96 > 1000000 || isNaN(data96)){
const err214 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/strength/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.strength,data:data96};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
if(data96 < 1 || isNaN(data96)){
const err215 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/strength/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.strength,data:data96};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
else {
const err216 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/strength/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.strength.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.strength,data:data96};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
if(data95.action !== undefined){
let data97 = data95.action;
if(!(((data97 === "throttle") || (data97 === "step-up")) || (data97 === "quarantine"))){
const err217 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/action",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/action/enum",keyword:"enum",params:{allowedValues: schema31.properties.anomalies.properties.responses.properties.caller.items.properties.action.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.action.enum,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.action,data:data97};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
let data98 = data95.lastsMs;
if(!(((typeof data98 == "number") && (!(data98 % 1) && !isNaN(data98))) && (isFinite(data98)))){
const err218 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/lastsMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.lastsMs.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.lastsMs,data:data98};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
if((typeof data98 == "number") && (isFinite(data98))){
if(data98 > 31622400000 || isNaN(data98)){
const err219 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/lastsMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31622400000},message:"must be <= 31622400000",schema:31622400000,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.lastsMs,data:data98};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
if(data98 < 1000 || isNaN(data98)){
const err220 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/lastsMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.lastsMs,data:data98};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
}
let data99 = data95.callsPerMinute;
if(!(((typeof data99 == "number") && (!(data99 % 1) && !isNaN(data99))) && (isFinite(data99)))){
const err221 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/callsPerMinute/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.callsPerMinute.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.callsPerMinute,data:data99};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
if((typeof data99 == "number") && (isFinite(data99))){
if(data99 > 1000000 || isNaN(data99)){
const err222 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/callsPerMinute/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.callsPerMinute,data:data99};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
if(data99 < 1 || isNaN(data99)){
const err223 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/properties/callsPerMinute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items.properties.callsPerMinute,data:data99};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
}
else {
const err224 = {instancePath:instancePath+"/anomalies/responses/caller/" + i11,schemaPath:"#/properties/anomalies/properties/responses/properties/caller/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.anomalies.properties.responses.properties.caller.items.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller.items,data:data95};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
}
else {
const err225 = {instancePath:instancePath+"/anomalies/responses/caller",schemaPath:"#/properties/anomalies/properties/responses/properties/caller/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.anomalies.properties.responses.properties.caller.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.caller,data:data94};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
let data100 = data93.tool;
if(Array.isArray(data100)){
if(data100.length > 8){
const err226 = {instancePath:instancePath+"/anomalies/responses/tool",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/maxItems",keyword:"maxItems",params:{limit: 8},message:"must NOT have more than 8 items",schema:8,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool,data:data100};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
const len12 = data100.length;
for(let i12=0; i12<len12; i12++){
let data101 = data100[i12];
if(data101 && typeof data101 == "object" && !Array.isArray(data101)){
if(data101.lastsMs === undefined){
data101.lastsMs = 900000;
}
if(data101.callsPerMinute === undefined){
data101.callsPerMinute = 6;
}
if(data101.strength === undefined){
const err227 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12,schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/required",keyword:"required",params:{missingProperty: "strength"},message:"must have required property '"+"strength"+"'",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items,data:data101};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
if(data101.action === undefined){
const err228 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12,schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/required",keyword:"required",params:{missingProperty: "action"},message:"must have required property '"+"action"+"'",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items,data:data101};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
for(const key21 in data101){
if(!((((key21 === "strength") || (key21 === "action")) || (key21 === "lastsMs")) || (key21 === "callsPerMinute"))){
const err229 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12,schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items,data:data101};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
}
if(data101.strength !== undefined){
let data102 = data101.strength;
if((typeof data102 == "number") && (isFinite(data102))){
if(data102 > 1000000 || isNaN(data102)){
const err230 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/strength/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.strength,data:data102};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
if(data102 < 1 || isNaN(data102)){
const err231 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/strength/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.strength,data:data102};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
}
else {
const err232 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/strength/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.strength.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.strength,data:data102};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
}
if(data101.action !== undefined){
let data103 = data101.action;
if(!(((data103 === "throttle") || (data103 === "step-up")) || (data103 === "quarantine"))){
const err233 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/action",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/action/enum",keyword:"enum",params:{allowedValues: schema31.properties.anomalies.properties.responses.properties.tool.items.properties.action.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.action.enum,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.action,data:data103};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
}
let data104 = data101.lastsMs;
if(!(((typeof data104 == "number") && (!(data104 % 1) && !isNaN(data104))) && (isFinite(data104)))){
const err234 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/lastsMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.lastsMs.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.lastsMs,data:data104};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
if((typeof data104 == "number") && (isFinite(data104))){
if(data104 > 31622400000 || isNaN(data104)){
const err235 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/lastsMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31622400000},message:"must be <= 31622400000",schema:31622400000,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.lastsMs,data:data104};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
if(data104 < 1000 || isNaN(data104)){
const err236 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/lastsMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.lastsMs,data:data104};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
}
let data105 = data101.callsPerMinute;
if(!(((typeof data105 == "number") && (!(data105 % 1) && !isNaN(data105))) && (isFinite(data105)))){
const err237 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/callsPerMinute/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.callsPerMinute.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.callsPerMinute,data:data105};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
if((typeof data105 == "number") && (isFinite(data105))){
if(data105 > 1000000 || isNaN(data105)){
const err238 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/callsPerMinute/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.callsPerMinute,data:data105};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
if(data105 < 1 || isNaN(data105)){
const err239 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/properties/callsPerMinute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items.properties.callsPerMinute,data:data105};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
}
}
else {
const err240 = {instancePath:instancePath+"/anomalies/responses/tool/" + i12,schemaPath:"#/properties/anomalies/properties/responses/properties/tool/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.anomalies.properties.responses.properties.tool.items.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool.items,data:data101};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
}
}
else {
const err241 = {instancePath:instancePath+"/anomalies/responses/tool",schemaPath:"#/properties/anomalies/properties/responses/properties/tool/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.anomalies.properties.responses.properties.tool.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.tool,data:data100};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
let data106 = data93.server;
if(Array.isArray(data106)){
if(data106.length > 8){
const err242 = {instancePath:instancePath+"/anomalies/responses/server",schemaPath:"#/properties/anomalies/properties/responses/properties/server/maxItems",keyword:"maxItems",params:{limit: 8},message:"must NOT have more than 8 items",schema:8,parentSchema:schema31.properties.anomalies.properties.responses.properties.server,data:data106};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
const len13 = data106.length;
for(let i13=0; i13<len13; i13++){
let data107 = data106[i13];
if(data107 && typeof data107 == "object" && !Array.isArray(data107)){
if(data107.lastsMs === undefined){
data107.lastsMs = 900000;
}
if(data107.callsPerMinute === undefined){
data107.callsPerMinute = 6;
}
if(data107.strength === undefined){
const err243 = {instancePath:instancePath+"/anomalies/responses/server/" + i13,schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/required",keyword:"required",params:{missingProperty: "strength"},message:"must have required property '"+"strength"+"'",schema:schema31.properties.anomalies.properties.responses.properties.server.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items,data:data107};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
if(data107.action === undefined){
const err244 = {instancePath:instancePath+"/anomalies/responses/server/" + i13,schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/required",keyword:"required",params:{missingProperty: "action"},message:"must have required property '"+"action"+"'",schema:schema31.properties.anomalies.properties.responses.properties.server.items.required,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items,data:data107};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
for(const key22 in data107){
if(!((((key22 === "strength") || (key22 === "action")) || (key22 === "lastsMs")) || (key22 === "callsPerMinute"))){
const err245 = {instancePath:instancePath+"/anomalies/responses/server/" + i13,schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key22},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items,data:data107};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
}
if(data107.strength !== undefined){
let data108 = data107.strength;
if((typeof data108 == "number") && (isFinite(data108))){
if(data108 > 1000000 || isNaN(data108)){
const err246 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/strength/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.strength,data:data108};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
if(data108 < 1 || isNaN(data108)){
const err247 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/strength/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.strength,data:data108};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
}
else {
const err248 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/strength",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/strength/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.strength.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.strength,data:data108};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
}
if(data107.action !== undefined){
let data109 = data107.action;
if(!(((data109 === "throttle") || (data109 === "step-up")) || (data109 === "quarantine"))){
const err249 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/action",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/action/enum",keyword:"enum",params:{allowedValues: schema31.properties.anomalies.properties.responses.properties.server.items.properties.action.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.action.enum,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.action,data:data109};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
}
let data110 = data107.lastsMs;
if(!(((typeof data110 == "number") && (!(data110 % 1) && !isNaN(data110))) && (isFinite(data110)))){
const err250 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/lastsMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.lastsMs.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.lastsMs,data:data110};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
if((typeof data110 == "number") && (isFinite(data110))){
if(data110 > 31622400000 || isNaN(data110)){
const err251 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/lastsMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31622400000},message:"must be <= 31622400000",schema:31622400000,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.lastsMs,data:data110};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
if(data110 < 1000 || isNaN(data110)){
const err252 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/lastsMs",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/lastsMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.lastsMs,data:data110};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
}
}
let data111 = data107.callsPerMinute;
if(!(((typeof data111 == "number") && (!(data111 % 1) && !isNaN(data111))) && (isFinite(data111)))){
const err253 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/callsPerMinute/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.callsPerMinute.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.callsPerMinute,data:data111};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
if((typeof data111 == "number") && (isFinite(data111))){
if(data111 > 1000000 || isNaN(data111)){
const err254 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/callsPerMinute/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.callsPerMinute,data:data111};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
if(data111 < 1 || isNaN(data111)){
const err255 = {instancePath:instancePath+"/anomalies/responses/server/" + i13+"/callsPerMinute",schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/properties/callsPerMinute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items.properties.callsPerMinute,data:data111};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
}
}
else {
const err256 = {instancePath:instancePath+"/anomalies/responses/server/" + i13,schemaPath:"#/properties/anomalies/properties/responses/properties/server/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.anomalies.properties.responses.properties.server.items.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.server.items,data:data107};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
}
}
else {
const err257 = {instancePath:instancePath+"/anomalies/responses/server",schemaPath:"#/properties/anomalies/properties/responses/properties/server/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.anomalies.properties.responses.properties.server.type,parentSchema:schema31.properties.anomalies.properties.responses.properties.server,data:data106};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
}
else {
const err258 = {instancePath:instancePath+"/anomalies/responses",schemaPath:"#/properties/anomalies/properties/responses/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.anomalies.properties.responses.type,parentSchema:schema31.properties.anomalies.properties.responses,data:data93};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
}
else {
const err259 = {instancePath:instancePath+"/anomalies",schemaPath:"#/properties/anomalies/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.anomalies.type,parentSchema:schema31.properties.anomalies,data:data88};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
let data112 = data.limiter;
if(data112 && typeof data112 == "object" && !Array.isArray(data112)){
if(data112.fallback === undefined){
data112.fallback = {};
}
for(const key23 in data112){
if(!(key23 === "fallback")){
const err260 = {instancePath:instancePath+"/limiter",schemaPath:"#/properties/limiter/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key23},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.limiter,data:data112};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
}
let data113 = data112.fallback;
if(data113 && typeof data113 == "object" && !Array.isArray(data113)){
if(data113.share === undefined){
data113.share = 1;
}
if(data113.gates === undefined){
data113.gates = 1;
}
if(data113.lastsMs === undefined){
data113.lastsMs = 60000;
}
for(const key24 in data113){
if(!(((key24 === "share") || (key24 === "gates")) || (key24 === "lastsMs"))){
const err261 = {instancePath:instancePath+"/limiter/fallback",schemaPath:"#/properties/limiter/properties/fallback/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key24},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.limiter.properties.fallback,data:data113};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
}
let data114 = data113.share;
if((typeof data114 == "number") && (isFinite(data114))){
if(data114 > 1 || isNaN(data114)){
const err262 = {instancePath:instancePath+"/limiter/fallback/share",schemaPath:"#/properties/limiter/properties/fallback/properties/share/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1",schema:1,parentSchema:schema31.properties.limiter.properties.fallback.properties.share,data:data114};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
if(data114 < 0 || isNaN(data114)){
const err263 = {instancePath:instancePath+"/limiter/fallback/share",schemaPath:"#/properties/limiter/properties/fallback/properties/share/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.limiter.properties.fallback.properties.share,data:data114};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
}
else {
const err264 = {instancePath:instancePath+"/limiter/fallback/share",schemaPath:"#/properties/limiter/properties/fallback/properties/share/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.limiter.properties.fallback.properties.share.type,parentSchema:schema31.properties.limiter.properties.fallback.properties.share,data:data114};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
let data115 = data113.gates;
if(!(((typeof data115 == "number") && (!(data115 % 1) && !isNaN(data115))) && (isFinite(data115)))){
const err265 = {instancePath:instancePath+"/limiter/fallback/gates",schemaPath:"#/properties/limiter/properties/fallback/properties/gates/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.limiter.properties.fallback.properties.gates.type,parentSchema:schema31.properties.limiter.properties.fallback.properties.gates,data:data115};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
if((typeof data115 == "number") && (isFinite(data115))){
if(data115 > 10000 || isNaN(data115)){
const err266 = {instancePath:instancePath+"/limiter/fallback/gates",schemaPath:"#/properties/limiter/properties/fallback/properties/gates/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema31.properties.limiter.properties.fallback.properties.gates,data:data115};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
if(data115 < 1 || isNaN(data115)){
const err267 = {instancePath:instancePath+"/limiter/fallback/gates",schemaPath:"#/properties/limiter/properties/fallback/properties/gates/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.limiter.properties.fallback.properties.gates,data:data115};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
let data116 = data113.lastsMs;
if(!(((typeof data116 == "number") && (!(data116 % 1) && !isNaN(data116))) && (isFinite(data116)))){
const err268 = {instancePath:instancePath+"/limiter/fallback/lastsMs",schemaPath:"#/properties/limiter/properties/fallback/properties/lastsMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.limiter.properties.fallback.properties.lastsMs.type,parentSchema:schema31.properties.limiter.properties.fallback.properties.lastsMs,data:data116};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
if((typeof data116 == "number") && (isFinite(data116))){
if(data116 > 86400000 || isNaN(data116)){
const err269 = {instancePath:instancePath+"/limiter/fallback/lastsMs",schemaPath:"#/properties/limiter/properties/fallback/properties/lastsMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema31.properties.limiter.properties.fallback.properties.lastsMs,data:data116};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
if(data116 < 0 || isNaN(data116)){
const err270 = {instancePath:instancePath+"/limiter/fallback/lastsMs",schemaPath:"#/properties/limiter/properties/fallback/properties/lastsMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.limiter.properties.fallback.properties.lastsMs,data:data116};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
}
}
else {
const err271 = {instancePath:instancePath+"/limiter/fallback",schemaPath:"#/properties/limiter/properties/fallback/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.limiter.properties.fallback.type,parentSchema:schema31.properties.limiter.properties.fallback,data:data113};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
}
else {
const err272 = {instancePath:instancePath+"/limiter",schemaPath:"#/properties/limiter/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.limiter.type,parentSchema:schema31.properties.limiter,data:data112};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
let data117 = data.upstreams;
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.allowLoopback === undefined){
data117.allowLoopback = null;
}
if(data117.allowPrivate === undefined){
data117.allowPrivate = false;
}
if(data117.stdioCommands === undefined){
data117.stdioCommands = [];
}
if(data117.stdioEnvironment === undefined){
data117.stdioEnvironment = [];
}
if(data117.environmentNames === undefined){
data117.environmentNames = [];
}
for(const key25 in data117){
if(!(((((key25 === "allowLoopback") || (key25 === "allowPrivate")) || (key25 === "stdioCommands")) || (key25 === "stdioEnvironment")) || (key25 === "environmentNames"))){
const err273 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key25},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.upstreams,data:data117};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
}
let data118 = data117.allowLoopback;
if((typeof data118 !== "boolean") && (data118 !== null)){
const err274 = {instancePath:instancePath+"/upstreams/allowLoopback",schemaPath:"#/properties/upstreams/properties/allowLoopback/type",keyword:"type",params:{type: schema31.properties.upstreams.properties.allowLoopback.type},message:"must be boolean,null",schema:schema31.properties.upstreams.properties.allowLoopback.type,parentSchema:schema31.properties.upstreams.properties.allowLoopback,data:data118};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
let data119 = data117.allowPrivate;
if(typeof data119 !== "boolean"){
const err275 = {instancePath:instancePath+"/upstreams/allowPrivate",schemaPath:"#/properties/upstreams/properties/allowPrivate/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.upstreams.properties.allowPrivate.type,parentSchema:schema31.properties.upstreams.properties.allowPrivate,data:data119};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
let data120 = data117.stdioCommands;
if(Array.isArray(data120)){
if(data120.length > 256){
const err276 = {instancePath:instancePath+"/upstreams/stdioCommands",schemaPath:"#/properties/upstreams/properties/stdioCommands/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.upstreams.properties.stdioCommands,data:data120};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
const len14 = data120.length;
for(let i14=0; i14<len14; i14++){
let data121 = data120[i14];
if(typeof data121 === "string"){
if(func3(data121) > 4096){
const err277 = {instancePath:instancePath+"/upstreams/stdioCommands/" + i14,schemaPath:"#/properties/upstreams/properties/stdioCommands/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.upstreams.properties.stdioCommands.items,data:data121};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
if(func3(data121) < 1){
const err278 = {instancePath:instancePath+"/upstreams/stdioCommands/" + i14,schemaPath:"#/properties/upstreams/properties/stdioCommands/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.upstreams.properties.stdioCommands.items,data:data121};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
}
else {
const err279 = {instancePath:instancePath+"/upstreams/stdioCommands/" + i14,schemaPath:"#/properties/upstreams/properties/stdioCommands/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.upstreams.properties.stdioCommands.items.type,parentSchema:schema31.properties.upstreams.properties.stdioCommands.items,data:data121};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
}
}
else {
const err280 = {instancePath:instancePath+"/upstreams/stdioCommands",schemaPath:"#/properties/upstreams/properties/stdioCommands/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.upstreams.properties.stdioCommands.type,parentSchema:schema31.properties.upstreams.properties.stdioCommands,data:data120};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
let data122 = data117.stdioEnvironment;
if(Array.isArray(data122)){
if(data122.length > 256){
const err281 = {instancePath:instancePath+"/upstreams/stdioEnvironment",schemaPath:"#/properties/upstreams/properties/stdioEnvironment/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.upstreams.properties.stdioEnvironment,data:data122};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
const len15 = data122.length;
for(let i15=0; i15<len15; i15++){
let data123 = data122[i15];
if(typeof data123 === "string"){
if(!pattern15.test(data123)){
const err282 = {instancePath:instancePath+"/upstreams/stdioEnvironment/" + i15,schemaPath:"#/properties/upstreams/properties/stdioEnvironment/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",schema:"^[A-Za-z_][A-Za-z0-9_]{0,127}$",parentSchema:schema31.properties.upstreams.properties.stdioEnvironment.items,data:data123};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
}
else {
const err283 = {instancePath:instancePath+"/upstreams/stdioEnvironment/" + i15,schemaPath:"#/properties/upstreams/properties/stdioEnvironment/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.upstreams.properties.stdioEnvironment.items.type,parentSchema:schema31.properties.upstreams.properties.stdioEnvironment.items,data:data123};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
}
}
else {
const err284 = {instancePath:instancePath+"/upstreams/stdioEnvironment",schemaPath:"#/properties/upstreams/properties/stdioEnvironment/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.upstreams.properties.stdioEnvironment.type,parentSchema:schema31.properties.upstreams.properties.stdioEnvironment,data:data122};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
let data124 = data117.environmentNames;
if(Array.isArray(data124)){
if(data124.length > 256){
const err285 = {instancePath:instancePath+"/upstreams/environmentNames",schemaPath:"#/properties/upstreams/properties/environmentNames/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema31.properties.upstreams.properties.environmentNames,data:data124};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
const len16 = data124.length;
for(let i16=0; i16<len16; i16++){
let data125 = data124[i16];
if(typeof data125 === "string"){
if(!pattern15.test(data125)){
const err286 = {instancePath:instancePath+"/upstreams/environmentNames/" + i16,schemaPath:"#/properties/upstreams/properties/environmentNames/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",schema:"^[A-Za-z_][A-Za-z0-9_]{0,127}$",parentSchema:schema31.properties.upstreams.properties.environmentNames.items,data:data125};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
}
else {
const err287 = {instancePath:instancePath+"/upstreams/environmentNames/" + i16,schemaPath:"#/properties/upstreams/properties/environmentNames/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.upstreams.properties.environmentNames.items.type,parentSchema:schema31.properties.upstreams.properties.environmentNames.items,data:data125};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
}
}
else {
const err288 = {instancePath:instancePath+"/upstreams/environmentNames",schemaPath:"#/properties/upstreams/properties/environmentNames/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.upstreams.properties.environmentNames.type,parentSchema:schema31.properties.upstreams.properties.environmentNames,data:data124};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
}
else {
const err289 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.upstreams.type,parentSchema:schema31.properties.upstreams,data:data117};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
let data126 = data.aggregation;
if(data126 && typeof data126 == "object" && !Array.isArray(data126)){
if(data126.pageItemsMax === undefined){
data126.pageItemsMax = 1000;
}
if(data126.listTimeoutMs === undefined){
data126.listTimeoutMs = 5000;
}
if(data126.metaTools === undefined){
data126.metaTools = "off";
}
if(data126.metaToolsAbove === undefined){
data126.metaToolsAbove = 100;
}
for(const key26 in data126){
if(!((((key26 === "pageItemsMax") || (key26 === "listTimeoutMs")) || (key26 === "metaTools")) || (key26 === "metaToolsAbove"))){
const err290 = {instancePath:instancePath+"/aggregation",schemaPath:"#/properties/aggregation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key26},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.aggregation,data:data126};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
}
let data127 = data126.pageItemsMax;
if(!(((typeof data127 == "number") && (!(data127 % 1) && !isNaN(data127))) && (isFinite(data127)))){
const err291 = {instancePath:instancePath+"/aggregation/pageItemsMax",schemaPath:"#/properties/aggregation/properties/pageItemsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.aggregation.properties.pageItemsMax.type,parentSchema:schema31.properties.aggregation.properties.pageItemsMax,data:data127};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
if((typeof data127 == "number") && (isFinite(data127))){
if(data127 > 10000 || isNaN(data127)){
const err292 = {instancePath:instancePath+"/aggregation/pageItemsMax",schemaPath:"#/properties/aggregation/properties/pageItemsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema31.properties.aggregation.properties.pageItemsMax,data:data127};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
if(data127 < 1 || isNaN(data127)){
const err293 = {instancePath:instancePath+"/aggregation/pageItemsMax",schemaPath:"#/properties/aggregation/properties/pageItemsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.aggregation.properties.pageItemsMax,data:data127};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
}
let data128 = data126.listTimeoutMs;
if(!(((typeof data128 == "number") && (!(data128 % 1) && !isNaN(data128))) && (isFinite(data128)))){
const err294 = {instancePath:instancePath+"/aggregation/listTimeoutMs",schemaPath:"#/properties/aggregation/properties/listTimeoutMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.aggregation.properties.listTimeoutMs.type,parentSchema:schema31.properties.aggregation.properties.listTimeoutMs,data:data128};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
if((typeof data128 == "number") && (isFinite(data128))){
if(data128 > 120000 || isNaN(data128)){
const err295 = {instancePath:instancePath+"/aggregation/listTimeoutMs",schemaPath:"#/properties/aggregation/properties/listTimeoutMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 120000},message:"must be <= 120000",schema:120000,parentSchema:schema31.properties.aggregation.properties.listTimeoutMs,data:data128};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
if(data128 < 100 || isNaN(data128)){
const err296 = {instancePath:instancePath+"/aggregation/listTimeoutMs",schemaPath:"#/properties/aggregation/properties/listTimeoutMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100",schema:100,parentSchema:schema31.properties.aggregation.properties.listTimeoutMs,data:data128};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
}
let data129 = data126.metaTools;
if(!(((data129 === "off") || (data129 === "auto")) || (data129 === "always"))){
const err297 = {instancePath:instancePath+"/aggregation/metaTools",schemaPath:"#/properties/aggregation/properties/metaTools/enum",keyword:"enum",params:{allowedValues: schema31.properties.aggregation.properties.metaTools.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.aggregation.properties.metaTools.enum,parentSchema:schema31.properties.aggregation.properties.metaTools,data:data129};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
let data130 = data126.metaToolsAbove;
if(!(((typeof data130 == "number") && (!(data130 % 1) && !isNaN(data130))) && (isFinite(data130)))){
const err298 = {instancePath:instancePath+"/aggregation/metaToolsAbove",schemaPath:"#/properties/aggregation/properties/metaToolsAbove/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.aggregation.properties.metaToolsAbove.type,parentSchema:schema31.properties.aggregation.properties.metaToolsAbove,data:data130};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
if((typeof data130 == "number") && (isFinite(data130))){
if(data130 > 1000000 || isNaN(data130)){
const err299 = {instancePath:instancePath+"/aggregation/metaToolsAbove",schemaPath:"#/properties/aggregation/properties/metaToolsAbove/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema31.properties.aggregation.properties.metaToolsAbove,data:data130};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
if(data130 < 0 || isNaN(data130)){
const err300 = {instancePath:instancePath+"/aggregation/metaToolsAbove",schemaPath:"#/properties/aggregation/properties/metaToolsAbove/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.aggregation.properties.metaToolsAbove,data:data130};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
}
}
else {
const err301 = {instancePath:instancePath+"/aggregation",schemaPath:"#/properties/aggregation/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.aggregation.type,parentSchema:schema31.properties.aggregation,data:data126};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
let data131 = data.cache;
if(data131 && typeof data131 == "object" && !Array.isArray(data131)){
if(data131.bytesMax === undefined){
data131.bytesMax = 67108864;
}
if(data131.entriesMax === undefined){
data131.entriesMax = 10000;
}
if(data131.ttlMsMax === undefined){
data131.ttlMsMax = 300000;
}
if(data131.legacyTtlMs === undefined){
data131.legacyTtlMs = 0;
}
for(const key27 in data131){
if(!((((key27 === "bytesMax") || (key27 === "entriesMax")) || (key27 === "ttlMsMax")) || (key27 === "legacyTtlMs"))){
const err302 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key27},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.cache,data:data131};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
}
let data132 = data131.bytesMax;
if(!(((typeof data132 == "number") && (!(data132 % 1) && !isNaN(data132))) && (isFinite(data132)))){
const err303 = {instancePath:instancePath+"/cache/bytesMax",schemaPath:"#/properties/cache/properties/bytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.cache.properties.bytesMax.type,parentSchema:schema31.properties.cache.properties.bytesMax,data:data132};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
if((typeof data132 == "number") && (isFinite(data132))){
if(data132 > 17179869184 || isNaN(data132)){
const err304 = {instancePath:instancePath+"/cache/bytesMax",schemaPath:"#/properties/cache/properties/bytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 17179869184},message:"must be <= 17179869184",schema:17179869184,parentSchema:schema31.properties.cache.properties.bytesMax,data:data132};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
if(data132 < 0 || isNaN(data132)){
const err305 = {instancePath:instancePath+"/cache/bytesMax",schemaPath:"#/properties/cache/properties/bytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.cache.properties.bytesMax,data:data132};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
let data133 = data131.entriesMax;
if(!(((typeof data133 == "number") && (!(data133 % 1) && !isNaN(data133))) && (isFinite(data133)))){
const err306 = {instancePath:instancePath+"/cache/entriesMax",schemaPath:"#/properties/cache/properties/entriesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.cache.properties.entriesMax.type,parentSchema:schema31.properties.cache.properties.entriesMax,data:data133};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
if((typeof data133 == "number") && (isFinite(data133))){
if(data133 > 10000000 || isNaN(data133)){
const err307 = {instancePath:instancePath+"/cache/entriesMax",schemaPath:"#/properties/cache/properties/entriesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000000},message:"must be <= 10000000",schema:10000000,parentSchema:schema31.properties.cache.properties.entriesMax,data:data133};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
if(data133 < 0 || isNaN(data133)){
const err308 = {instancePath:instancePath+"/cache/entriesMax",schemaPath:"#/properties/cache/properties/entriesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.cache.properties.entriesMax,data:data133};
if(vErrors === null){
vErrors = [err308];
}
else {
vErrors.push(err308);
}
errors++;
}
}
let data134 = data131.ttlMsMax;
if(!(((typeof data134 == "number") && (!(data134 % 1) && !isNaN(data134))) && (isFinite(data134)))){
const err309 = {instancePath:instancePath+"/cache/ttlMsMax",schemaPath:"#/properties/cache/properties/ttlMsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.cache.properties.ttlMsMax.type,parentSchema:schema31.properties.cache.properties.ttlMsMax,data:data134};
if(vErrors === null){
vErrors = [err309];
}
else {
vErrors.push(err309);
}
errors++;
}
if((typeof data134 == "number") && (isFinite(data134))){
if(data134 > 86400000 || isNaN(data134)){
const err310 = {instancePath:instancePath+"/cache/ttlMsMax",schemaPath:"#/properties/cache/properties/ttlMsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema31.properties.cache.properties.ttlMsMax,data:data134};
if(vErrors === null){
vErrors = [err310];
}
else {
vErrors.push(err310);
}
errors++;
}
if(data134 < 0 || isNaN(data134)){
const err311 = {instancePath:instancePath+"/cache/ttlMsMax",schemaPath:"#/properties/cache/properties/ttlMsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.cache.properties.ttlMsMax,data:data134};
if(vErrors === null){
vErrors = [err311];
}
else {
vErrors.push(err311);
}
errors++;
}
}
let data135 = data131.legacyTtlMs;
if(!(((typeof data135 == "number") && (!(data135 % 1) && !isNaN(data135))) && (isFinite(data135)))){
const err312 = {instancePath:instancePath+"/cache/legacyTtlMs",schemaPath:"#/properties/cache/properties/legacyTtlMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.cache.properties.legacyTtlMs.type,parentSchema:schema31.properties.cache.properties.legacyTtlMs,data:data135};
if(vErrors === null){
vErrors = [err312];
}
else {
vErrors.push(err312);
}
errors++;
}
if((typeof data135 == "number") && (isFinite(data135))){
if(data135 > 86400000 || isNaN(data135)){
const err313 = {instancePath:instancePath+"/cache/legacyTtlMs",schemaPath:"#/properties/cache/properties/legacyTtlMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema31.properties.cache.properties.legacyTtlMs,data:data135};
if(vErrors === null){
vErrors = [err313];
}
else {
vErrors.push(err313);
}
errors++;
}
if(data135 < 0 || isNaN(data135)){
const err314 = {instancePath:instancePath+"/cache/legacyTtlMs",schemaPath:"#/properties/cache/properties/legacyTtlMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.cache.properties.legacyTtlMs,data:data135};
if(vErrors === null){
vErrors = [err314];
}
else {
vErrors.push(err314);
}
errors++;
}
}
}
else {
const err315 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.cache.type,parentSchema:schema31.properties.cache,data:data131};
if(vErrors === null){
vErrors = [err315];
}
else {
vErrors.push(err315);
}
errors++;
}
let data136 = data.telemetry;
if(data136 && typeof data136 == "object" && !Array.isArray(data136)){
if(data136.endpoint === undefined){
data136.endpoint = null;
}
if(data136.headers === undefined){
data136.headers = {};
}
if(data136.serviceName === undefined){
data136.serviceName = "sluice";
}
if(data136.sampleRatio === undefined){
data136.sampleRatio = 0.1;
}
if(data136.metricsIntervalMs === undefined){
data136.metricsIntervalMs = 60000;
}
for(const key28 in data136){
if(!(((((key28 === "endpoint") || (key28 === "headers")) || (key28 === "serviceName")) || (key28 === "sampleRatio")) || (key28 === "metricsIntervalMs"))){
const err316 = {instancePath:instancePath+"/telemetry",schemaPath:"#/properties/telemetry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key28},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.telemetry,data:data136};
if(vErrors === null){
vErrors = [err316];
}
else {
vErrors.push(err316);
}
errors++;
}
}
let data137 = data136.endpoint;
if((typeof data137 !== "string") && (data137 !== null)){
const err317 = {instancePath:instancePath+"/telemetry/endpoint",schemaPath:"#/properties/telemetry/properties/endpoint/type",keyword:"type",params:{type: schema31.properties.telemetry.properties.endpoint.type},message:"must be string,null",schema:schema31.properties.telemetry.properties.endpoint.type,parentSchema:schema31.properties.telemetry.properties.endpoint,data:data137};
if(vErrors === null){
vErrors = [err317];
}
else {
vErrors.push(err317);
}
errors++;
}
if(typeof data137 === "string"){
if(!pattern7.test(data137)){
const err318 = {instancePath:instancePath+"/telemetry/endpoint",schemaPath:"#/properties/telemetry/properties/endpoint/pattern",keyword:"pattern",params:{pattern: "^https?://[^?#]+$"},message:"must match pattern \""+"^https?://[^?#]+$"+"\"",schema:"^https?://[^?#]+$",parentSchema:schema31.properties.telemetry.properties.endpoint,data:data137};
if(vErrors === null){
vErrors = [err318];
}
else {
vErrors.push(err318);
}
errors++;
}
}
let data138 = data136.headers;
if(data138 && typeof data138 == "object" && !Array.isArray(data138)){
if(Object.keys(data138).length > 32){
const err319 = {instancePath:instancePath+"/telemetry/headers",schemaPath:"#/properties/telemetry/properties/headers/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema31.properties.telemetry.properties.headers,data:data138};
if(vErrors === null){
vErrors = [err319];
}
else {
vErrors.push(err319);
}
errors++;
}
for(const key29 in data138){
let data139 = data138[key29];
if(typeof data139 === "string"){
if(func3(data139) > 4096){
const err320 = {instancePath:instancePath+"/telemetry/headers/" + key29.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/telemetry/properties/headers/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.telemetry.properties.headers.additionalProperties,data:data139};
if(vErrors === null){
vErrors = [err320];
}
else {
vErrors.push(err320);
}
errors++;
}
}
else {
const err321 = {instancePath:instancePath+"/telemetry/headers/" + key29.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/telemetry/properties/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.telemetry.properties.headers.additionalProperties.type,parentSchema:schema31.properties.telemetry.properties.headers.additionalProperties,data:data139};
if(vErrors === null){
vErrors = [err321];
}
else {
vErrors.push(err321);
}
errors++;
}
}
}
else {
const err322 = {instancePath:instancePath+"/telemetry/headers",schemaPath:"#/properties/telemetry/properties/headers/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.telemetry.properties.headers.type,parentSchema:schema31.properties.telemetry.properties.headers,data:data138};
if(vErrors === null){
vErrors = [err322];
}
else {
vErrors.push(err322);
}
errors++;
}
let data140 = data136.serviceName;
if(typeof data140 === "string"){
if(func3(data140) > 255){
const err323 = {instancePath:instancePath+"/telemetry/serviceName",schemaPath:"#/properties/telemetry/properties/serviceName/maxLength",keyword:"maxLength",params:{limit: 255},message:"must NOT have more than 255 characters",schema:255,parentSchema:schema31.properties.telemetry.properties.serviceName,data:data140};
if(vErrors === null){
vErrors = [err323];
}
else {
vErrors.push(err323);
}
errors++;
}
if(func3(data140) < 1){
const err324 = {instancePath:instancePath+"/telemetry/serviceName",schemaPath:"#/properties/telemetry/properties/serviceName/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.telemetry.properties.serviceName,data:data140};
if(vErrors === null){
vErrors = [err324];
}
else {
vErrors.push(err324);
}
errors++;
}
}
else {
const err325 = {instancePath:instancePath+"/telemetry/serviceName",schemaPath:"#/properties/telemetry/properties/serviceName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.telemetry.properties.serviceName.type,parentSchema:schema31.properties.telemetry.properties.serviceName,data:data140};
if(vErrors === null){
vErrors = [err325];
}
else {
vErrors.push(err325);
}
errors++;
}
let data141 = data136.sampleRatio;
if((typeof data141 == "number") && (isFinite(data141))){
if(data141 > 1 || isNaN(data141)){
const err326 = {instancePath:instancePath+"/telemetry/sampleRatio",schemaPath:"#/properties/telemetry/properties/sampleRatio/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1",schema:1,parentSchema:schema31.properties.telemetry.properties.sampleRatio,data:data141};
if(vErrors === null){
vErrors = [err326];
}
else {
vErrors.push(err326);
}
errors++;
}
if(data141 < 0 || isNaN(data141)){
const err327 = {instancePath:instancePath+"/telemetry/sampleRatio",schemaPath:"#/properties/telemetry/properties/sampleRatio/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.telemetry.properties.sampleRatio,data:data141};
if(vErrors === null){
vErrors = [err327];
}
else {
vErrors.push(err327);
}
errors++;
}
}
else {
const err328 = {instancePath:instancePath+"/telemetry/sampleRatio",schemaPath:"#/properties/telemetry/properties/sampleRatio/type",keyword:"type",params:{type: "number"},message:"must be number",schema:schema31.properties.telemetry.properties.sampleRatio.type,parentSchema:schema31.properties.telemetry.properties.sampleRatio,data:data141};
if(vErrors === null){
vErrors = [err328];
}
else {
vErrors.push(err328);
}
errors++;
}
let data142 = data136.metricsIntervalMs;
if(!(((typeof data142 == "number") && (!(data142 % 1) && !isNaN(data142))) && (isFinite(data142)))){
const err329 = {instancePath:instancePath+"/telemetry/metricsIntervalMs",schemaPath:"#/properties/telemetry/properties/metricsIntervalMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.telemetry.properties.metricsIntervalMs.type,parentSchema:schema31.properties.telemetry.properties.metricsIntervalMs,data:data142};
if(vErrors === null){
vErrors = [err329];
}
else {
vErrors.push(err329);
}
errors++;
}
if((typeof data142 == "number") && (isFinite(data142))){
if(data142 > 3600000 || isNaN(data142)){
const err330 = {instancePath:instancePath+"/telemetry/metricsIntervalMs",schemaPath:"#/properties/telemetry/properties/metricsIntervalMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000",schema:3600000,parentSchema:schema31.properties.telemetry.properties.metricsIntervalMs,data:data142};
if(vErrors === null){
vErrors = [err330];
}
else {
vErrors.push(err330);
}
errors++;
}
if(data142 < 1000 || isNaN(data142)){
const err331 = {instancePath:instancePath+"/telemetry/metricsIntervalMs",schemaPath:"#/properties/telemetry/properties/metricsIntervalMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000",schema:1000,parentSchema:schema31.properties.telemetry.properties.metricsIntervalMs,data:data142};
if(vErrors === null){
vErrors = [err331];
}
else {
vErrors.push(err331);
}
errors++;
}
}
}
else {
const err332 = {instancePath:instancePath+"/telemetry",schemaPath:"#/properties/telemetry/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.telemetry.type,parentSchema:schema31.properties.telemetry,data:data136};
if(vErrors === null){
vErrors = [err332];
}
else {
vErrors.push(err332);
}
errors++;
}
let data143 = data.elasticsearch;
if(data143 && typeof data143 == "object" && !Array.isArray(data143)){
if(data143.urls === undefined){
data143.urls = [];
}
if(data143.apiKey === undefined){
data143.apiKey = null;
}
if(data143.apiKeyFile === undefined){
data143.apiKeyFile = null;
}
if(data143.username === undefined){
data143.username = null;
}
if(data143.password === undefined){
data143.password = null;
}
if(data143.passwordFile === undefined){
data143.passwordFile = null;
}
if(data143.ca === undefined){
data143.ca = null;
}
if(data143.allowPlaintext === undefined){
data143.allowPlaintext = false;
}
if(data143.namespace === undefined){
data143.namespace = "default";
}
if(data143.retentionDays === undefined){
data143.retentionDays = 400;
}
if(data143.arguments === undefined){
data143.arguments = "none";
}
if(data143.installTemplate === undefined){
data143.installTemplate = true;
}
if(data143.batchRecordsMax === undefined){
data143.batchRecordsMax = 1000;
}
if(data143.requestTimeoutMs === undefined){
data143.requestTimeoutMs = 30000;
}
for(const key30 in data143){
if(!(func1.call(schema31.properties.elasticsearch.properties, key30))){
const err333 = {instancePath:instancePath+"/elasticsearch",schemaPath:"#/properties/elasticsearch/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key30},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.elasticsearch,data:data143};
if(vErrors === null){
vErrors = [err333];
}
else {
vErrors.push(err333);
}
errors++;
}
}
let data144 = data143.urls;
if(Array.isArray(data144)){
if(data144.length > 64){
const err334 = {instancePath:instancePath+"/elasticsearch/urls",schemaPath:"#/properties/elasticsearch/properties/urls/maxItems",keyword:"maxItems",params:{limit: 64},message:"must NOT have more than 64 items",schema:64,parentSchema:schema31.properties.elasticsearch.properties.urls,data:data144};
if(vErrors === null){
vErrors = [err334];
}
else {
vErrors.push(err334);
}
errors++;
}
const len17 = data144.length;
for(let i17=0; i17<len17; i17++){
let data145 = data144[i17];
if(typeof data145 === "string"){
if(!pattern18.test(data145)){
const err335 = {instancePath:instancePath+"/elasticsearch/urls/" + i17,schemaPath:"#/properties/elasticsearch/properties/urls/items/pattern",keyword:"pattern",params:{pattern: "^https?://[^@?#\\s]+$"},message:"must match pattern \""+"^https?://[^@?#\\s]+$"+"\"",schema:"^https?://[^@?#\\s]+$",parentSchema:schema31.properties.elasticsearch.properties.urls.items,data:data145};
if(vErrors === null){
vErrors = [err335];
}
else {
vErrors.push(err335);
}
errors++;
}
}
else {
const err336 = {instancePath:instancePath+"/elasticsearch/urls/" + i17,schemaPath:"#/properties/elasticsearch/properties/urls/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.elasticsearch.properties.urls.items.type,parentSchema:schema31.properties.elasticsearch.properties.urls.items,data:data145};
if(vErrors === null){
vErrors = [err336];
}
else {
vErrors.push(err336);
}
errors++;
}
}
}
else {
const err337 = {instancePath:instancePath+"/elasticsearch/urls",schemaPath:"#/properties/elasticsearch/properties/urls/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.elasticsearch.properties.urls.type,parentSchema:schema31.properties.elasticsearch.properties.urls,data:data144};
if(vErrors === null){
vErrors = [err337];
}
else {
vErrors.push(err337);
}
errors++;
}
let data146 = data143.apiKey;
if((typeof data146 !== "string") && (data146 !== null)){
const err338 = {instancePath:instancePath+"/elasticsearch/apiKey",schemaPath:"#/properties/elasticsearch/properties/apiKey/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.apiKey.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.apiKey.type,parentSchema:schema31.properties.elasticsearch.properties.apiKey,data:data146};
if(vErrors === null){
vErrors = [err338];
}
else {
vErrors.push(err338);
}
errors++;
}
if(typeof data146 === "string"){
if(func3(data146) > 4096){
const err339 = {instancePath:instancePath+"/elasticsearch/apiKey",schemaPath:"#/properties/elasticsearch/properties/apiKey/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.elasticsearch.properties.apiKey,data:data146};
if(vErrors === null){
vErrors = [err339];
}
else {
vErrors.push(err339);
}
errors++;
}
if(func3(data146) < 1){
const err340 = {instancePath:instancePath+"/elasticsearch/apiKey",schemaPath:"#/properties/elasticsearch/properties/apiKey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.apiKey,data:data146};
if(vErrors === null){
vErrors = [err340];
}
else {
vErrors.push(err340);
}
errors++;
}
}
let data147 = data143.apiKeyFile;
if((typeof data147 !== "string") && (data147 !== null)){
const err341 = {instancePath:instancePath+"/elasticsearch/apiKeyFile",schemaPath:"#/properties/elasticsearch/properties/apiKeyFile/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.apiKeyFile.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.apiKeyFile.type,parentSchema:schema31.properties.elasticsearch.properties.apiKeyFile,data:data147};
if(vErrors === null){
vErrors = [err341];
}
else {
vErrors.push(err341);
}
errors++;
}
if(typeof data147 === "string"){
if(func3(data147) < 1){
const err342 = {instancePath:instancePath+"/elasticsearch/apiKeyFile",schemaPath:"#/properties/elasticsearch/properties/apiKeyFile/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.apiKeyFile,data:data147};
if(vErrors === null){
vErrors = [err342];
}
else {
vErrors.push(err342);
}
errors++;
}
}
let data148 = data143.username;
if((typeof data148 !== "string") && (data148 !== null)){
const err343 = {instancePath:instancePath+"/elasticsearch/username",schemaPath:"#/properties/elasticsearch/properties/username/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.username.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.username.type,parentSchema:schema31.properties.elasticsearch.properties.username,data:data148};
if(vErrors === null){
vErrors = [err343];
}
else {
vErrors.push(err343);
}
errors++;
}
if(typeof data148 === "string"){
if(func3(data148) > 1024){
const err344 = {instancePath:instancePath+"/elasticsearch/username",schemaPath:"#/properties/elasticsearch/properties/username/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema31.properties.elasticsearch.properties.username,data:data148};
if(vErrors === null){
vErrors = [err344];
}
else {
vErrors.push(err344);
}
errors++;
}
if(func3(data148) < 1){
const err345 = {instancePath:instancePath+"/elasticsearch/username",schemaPath:"#/properties/elasticsearch/properties/username/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.username,data:data148};
if(vErrors === null){
vErrors = [err345];
}
else {
vErrors.push(err345);
}
errors++;
}
}
let data149 = data143.password;
if((typeof data149 !== "string") && (data149 !== null)){
const err346 = {instancePath:instancePath+"/elasticsearch/password",schemaPath:"#/properties/elasticsearch/properties/password/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.password.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.password.type,parentSchema:schema31.properties.elasticsearch.properties.password,data:data149};
if(vErrors === null){
vErrors = [err346];
}
else {
vErrors.push(err346);
}
errors++;
}
if(typeof data149 === "string"){
if(func3(data149) > 4096){
const err347 = {instancePath:instancePath+"/elasticsearch/password",schemaPath:"#/properties/elasticsearch/properties/password/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema31.properties.elasticsearch.properties.password,data:data149};
if(vErrors === null){
vErrors = [err347];
}
else {
vErrors.push(err347);
}
errors++;
}
if(func3(data149) < 1){
const err348 = {instancePath:instancePath+"/elasticsearch/password",schemaPath:"#/properties/elasticsearch/properties/password/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.password,data:data149};
if(vErrors === null){
vErrors = [err348];
}
else {
vErrors.push(err348);
}
errors++;
}
}
let data150 = data143.passwordFile;
if((typeof data150 !== "string") && (data150 !== null)){
const err349 = {instancePath:instancePath+"/elasticsearch/passwordFile",schemaPath:"#/properties/elasticsearch/properties/passwordFile/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.passwordFile.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.passwordFile.type,parentSchema:schema31.properties.elasticsearch.properties.passwordFile,data:data150};
if(vErrors === null){
vErrors = [err349];
}
else {
vErrors.push(err349);
}
errors++;
}
if(typeof data150 === "string"){
if(func3(data150) < 1){
const err350 = {instancePath:instancePath+"/elasticsearch/passwordFile",schemaPath:"#/properties/elasticsearch/properties/passwordFile/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.passwordFile,data:data150};
if(vErrors === null){
vErrors = [err350];
}
else {
vErrors.push(err350);
}
errors++;
}
}
let data151 = data143.ca;
if((typeof data151 !== "string") && (data151 !== null)){
const err351 = {instancePath:instancePath+"/elasticsearch/ca",schemaPath:"#/properties/elasticsearch/properties/ca/type",keyword:"type",params:{type: schema31.properties.elasticsearch.properties.ca.type},message:"must be string,null",schema:schema31.properties.elasticsearch.properties.ca.type,parentSchema:schema31.properties.elasticsearch.properties.ca,data:data151};
if(vErrors === null){
vErrors = [err351];
}
else {
vErrors.push(err351);
}
errors++;
}
if(typeof data151 === "string"){
if(func3(data151) < 1){
const err352 = {instancePath:instancePath+"/elasticsearch/ca",schemaPath:"#/properties/elasticsearch/properties/ca/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema31.properties.elasticsearch.properties.ca,data:data151};
if(vErrors === null){
vErrors = [err352];
}
else {
vErrors.push(err352);
}
errors++;
}
}
let data152 = data143.allowPlaintext;
if(typeof data152 !== "boolean"){
const err353 = {instancePath:instancePath+"/elasticsearch/allowPlaintext",schemaPath:"#/properties/elasticsearch/properties/allowPlaintext/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.elasticsearch.properties.allowPlaintext.type,parentSchema:schema31.properties.elasticsearch.properties.allowPlaintext,data:data152};
if(vErrors === null){
vErrors = [err353];
}
else {
vErrors.push(err353);
}
errors++;
}
let data153 = data143.namespace;
if(typeof data153 === "string"){
if(!pattern19.test(data153)){
const err354 = {instancePath:instancePath+"/elasticsearch/namespace",schemaPath:"#/properties/elasticsearch/properties/namespace/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9_.]{0,63}$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9_.]{0,63}$"+"\"",schema:"^[a-z0-9][a-z0-9_.]{0,63}$",parentSchema:schema31.properties.elasticsearch.properties.namespace,data:data153};
if(vErrors === null){
vErrors = [err354];
}
else {
vErrors.push(err354);
}
errors++;
}
}
else {
const err355 = {instancePath:instancePath+"/elasticsearch/namespace",schemaPath:"#/properties/elasticsearch/properties/namespace/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema31.properties.elasticsearch.properties.namespace.type,parentSchema:schema31.properties.elasticsearch.properties.namespace,data:data153};
if(vErrors === null){
vErrors = [err355];
}
else {
vErrors.push(err355);
}
errors++;
}
let data154 = data143.retentionDays;
if(!(((typeof data154 == "number") && (!(data154 % 1) && !isNaN(data154))) && (isFinite(data154)))){
const err356 = {instancePath:instancePath+"/elasticsearch/retentionDays",schemaPath:"#/properties/elasticsearch/properties/retentionDays/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.elasticsearch.properties.retentionDays.type,parentSchema:schema31.properties.elasticsearch.properties.retentionDays,data:data154};
if(vErrors === null){
vErrors = [err356];
}
else {
vErrors.push(err356);
}
errors++;
}
if((typeof data154 == "number") && (isFinite(data154))){
if(data154 > 36500 || isNaN(data154)){
const err357 = {instancePath:instancePath+"/elasticsearch/retentionDays",schemaPath:"#/properties/elasticsearch/properties/retentionDays/maximum",keyword:"maximum",params:{comparison: "<=", limit: 36500},message:"must be <= 36500",schema:36500,parentSchema:schema31.properties.elasticsearch.properties.retentionDays,data:data154};
if(vErrors === null){
vErrors = [err357];
}
else {
vErrors.push(err357);
}
errors++;
}
if(data154 < 1 || isNaN(data154)){
const err358 = {instancePath:instancePath+"/elasticsearch/retentionDays",schemaPath:"#/properties/elasticsearch/properties/retentionDays/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.elasticsearch.properties.retentionDays,data:data154};
if(vErrors === null){
vErrors = [err358];
}
else {
vErrors.push(err358);
}
errors++;
}
}
let data155 = data143.arguments;
if(!((data155 === "none") || (data155 === "redacted"))){
const err359 = {instancePath:instancePath+"/elasticsearch/arguments",schemaPath:"#/properties/elasticsearch/properties/arguments/enum",keyword:"enum",params:{allowedValues: schema31.properties.elasticsearch.properties.arguments.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.elasticsearch.properties.arguments.enum,parentSchema:schema31.properties.elasticsearch.properties.arguments,data:data155};
if(vErrors === null){
vErrors = [err359];
}
else {
vErrors.push(err359);
}
errors++;
}
let data156 = data143.installTemplate;
if(typeof data156 !== "boolean"){
const err360 = {instancePath:instancePath+"/elasticsearch/installTemplate",schemaPath:"#/properties/elasticsearch/properties/installTemplate/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema31.properties.elasticsearch.properties.installTemplate.type,parentSchema:schema31.properties.elasticsearch.properties.installTemplate,data:data156};
if(vErrors === null){
vErrors = [err360];
}
else {
vErrors.push(err360);
}
errors++;
}
let data157 = data143.batchRecordsMax;
if(!(((typeof data157 == "number") && (!(data157 % 1) && !isNaN(data157))) && (isFinite(data157)))){
const err361 = {instancePath:instancePath+"/elasticsearch/batchRecordsMax",schemaPath:"#/properties/elasticsearch/properties/batchRecordsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.elasticsearch.properties.batchRecordsMax.type,parentSchema:schema31.properties.elasticsearch.properties.batchRecordsMax,data:data157};
if(vErrors === null){
vErrors = [err361];
}
else {
vErrors.push(err361);
}
errors++;
}
if((typeof data157 == "number") && (isFinite(data157))){
if(data157 > 5000 || isNaN(data157)){
const err362 = {instancePath:instancePath+"/elasticsearch/batchRecordsMax",schemaPath:"#/properties/elasticsearch/properties/batchRecordsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 5000},message:"must be <= 5000",schema:5000,parentSchema:schema31.properties.elasticsearch.properties.batchRecordsMax,data:data157};
if(vErrors === null){
vErrors = [err362];
}
else {
vErrors.push(err362);
}
errors++;
}
if(data157 < 1 || isNaN(data157)){
const err363 = {instancePath:instancePath+"/elasticsearch/batchRecordsMax",schemaPath:"#/properties/elasticsearch/properties/batchRecordsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema31.properties.elasticsearch.properties.batchRecordsMax,data:data157};
if(vErrors === null){
vErrors = [err363];
}
else {
vErrors.push(err363);
}
errors++;
}
}
let data158 = data143.requestTimeoutMs;
if(!(((typeof data158 == "number") && (!(data158 % 1) && !isNaN(data158))) && (isFinite(data158)))){
const err364 = {instancePath:instancePath+"/elasticsearch/requestTimeoutMs",schemaPath:"#/properties/elasticsearch/properties/requestTimeoutMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.elasticsearch.properties.requestTimeoutMs.type,parentSchema:schema31.properties.elasticsearch.properties.requestTimeoutMs,data:data158};
if(vErrors === null){
vErrors = [err364];
}
else {
vErrors.push(err364);
}
errors++;
}
if((typeof data158 == "number") && (isFinite(data158))){
if(data158 > 600000 || isNaN(data158)){
const err365 = {instancePath:instancePath+"/elasticsearch/requestTimeoutMs",schemaPath:"#/properties/elasticsearch/properties/requestTimeoutMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000",schema:600000,parentSchema:schema31.properties.elasticsearch.properties.requestTimeoutMs,data:data158};
if(vErrors === null){
vErrors = [err365];
}
else {
vErrors.push(err365);
}
errors++;
}
if(data158 < 100 || isNaN(data158)){
const err366 = {instancePath:instancePath+"/elasticsearch/requestTimeoutMs",schemaPath:"#/properties/elasticsearch/properties/requestTimeoutMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100",schema:100,parentSchema:schema31.properties.elasticsearch.properties.requestTimeoutMs,data:data158};
if(vErrors === null){
vErrors = [err366];
}
else {
vErrors.push(err366);
}
errors++;
}
}
}
else {
const err367 = {instancePath:instancePath+"/elasticsearch",schemaPath:"#/properties/elasticsearch/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.elasticsearch.type,parentSchema:schema31.properties.elasticsearch,data:data143};
if(vErrors === null){
vErrors = [err367];
}
else {
vErrors.push(err367);
}
errors++;
}
let data159 = data.log;
if(data159 && typeof data159 == "object" && !Array.isArray(data159)){
if(data159.level === undefined){
data159.level = "info";
}
for(const key31 in data159){
if(!(key31 === "level")){
const err368 = {instancePath:instancePath+"/log",schemaPath:"#/properties/log/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key31},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.log,data:data159};
if(vErrors === null){
vErrors = [err368];
}
else {
vErrors.push(err368);
}
errors++;
}
}
let data160 = data159.level;
if(!((((data160 === "debug") || (data160 === "info")) || (data160 === "warn")) || (data160 === "error"))){
const err369 = {instancePath:instancePath+"/log/level",schemaPath:"#/properties/log/properties/level/enum",keyword:"enum",params:{allowedValues: schema31.properties.log.properties.level.enum},message:"must be equal to one of the allowed values",schema:schema31.properties.log.properties.level.enum,parentSchema:schema31.properties.log.properties.level,data:data160};
if(vErrors === null){
vErrors = [err369];
}
else {
vErrors.push(err369);
}
errors++;
}
}
else {
const err370 = {instancePath:instancePath+"/log",schemaPath:"#/properties/log/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.log.type,parentSchema:schema31.properties.log,data:data159};
if(vErrors === null){
vErrors = [err370];
}
else {
vErrors.push(err370);
}
errors++;
}
let data161 = data.shutdown;
if(data161 && typeof data161 == "object" && !Array.isArray(data161)){
if(data161.graceMs === undefined){
data161.graceMs = 10000;
}
for(const key32 in data161){
if(!(key32 === "graceMs")){
const err371 = {instancePath:instancePath+"/shutdown",schemaPath:"#/properties/shutdown/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key32},message:"must NOT have additional properties",schema:false,parentSchema:schema31.properties.shutdown,data:data161};
if(vErrors === null){
vErrors = [err371];
}
else {
vErrors.push(err371);
}
errors++;
}
}
let data162 = data161.graceMs;
if(!(((typeof data162 == "number") && (!(data162 % 1) && !isNaN(data162))) && (isFinite(data162)))){
const err372 = {instancePath:instancePath+"/shutdown/graceMs",schemaPath:"#/properties/shutdown/properties/graceMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema31.properties.shutdown.properties.graceMs.type,parentSchema:schema31.properties.shutdown.properties.graceMs,data:data162};
if(vErrors === null){
vErrors = [err372];
}
else {
vErrors.push(err372);
}
errors++;
}
if((typeof data162 == "number") && (isFinite(data162))){
if(data162 > 600000 || isNaN(data162)){
const err373 = {instancePath:instancePath+"/shutdown/graceMs",schemaPath:"#/properties/shutdown/properties/graceMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000",schema:600000,parentSchema:schema31.properties.shutdown.properties.graceMs,data:data162};
if(vErrors === null){
vErrors = [err373];
}
else {
vErrors.push(err373);
}
errors++;
}
if(data162 < 0 || isNaN(data162)){
const err374 = {instancePath:instancePath+"/shutdown/graceMs",schemaPath:"#/properties/shutdown/properties/graceMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema31.properties.shutdown.properties.graceMs,data:data162};
if(vErrors === null){
vErrors = [err374];
}
else {
vErrors.push(err374);
}
errors++;
}
}
}
else {
const err375 = {instancePath:instancePath+"/shutdown",schemaPath:"#/properties/shutdown/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.properties.shutdown.type,parentSchema:schema31.properties.shutdown,data:data161};
if(vErrors === null){
vErrors = [err375];
}
else {
vErrors.push(err375);
}
errors++;
}
let data163 = data.servers;
if(Array.isArray(data163)){
if(data163.length > 1000){
const err376 = {instancePath:instancePath+"/servers",schemaPath:"#/properties/servers/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema31.properties.servers,data:data163};
if(vErrors === null){
vErrors = [err376];
}
else {
vErrors.push(err376);
}
errors++;
}
const len18 = data163.length;
for(let i18=0; i18<len18; i18++){
if(!(validate21(data163[i18], {instancePath:instancePath+"/servers/" + i18,parentData:data163,parentDataProperty:i18,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors);
errors = vErrors.length;
}
}
}
else {
const err377 = {instancePath:instancePath+"/servers",schemaPath:"#/properties/servers/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.servers.type,parentSchema:schema31.properties.servers,data:data163};
if(vErrors === null){
vErrors = [err377];
}
else {
vErrors.push(err377);
}
errors++;
}
let data165 = data.policies;
if(Array.isArray(data165)){
if(data165.length > 1000){
const err378 = {instancePath:instancePath+"/policies",schemaPath:"#/properties/policies/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema31.properties.policies,data:data165};
if(vErrors === null){
vErrors = [err378];
}
else {
vErrors.push(err378);
}
errors++;
}
const len19 = data165.length;
for(let i19=0; i19<len19; i19++){
if(!(validate25(data165[i19], {instancePath:instancePath+"/policies/" + i19,parentData:data165,parentDataProperty:i19,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate25.errors : vErrors.concat(validate25.errors);
errors = vErrors.length;
}
}
}
else {
const err379 = {instancePath:instancePath+"/policies",schemaPath:"#/properties/policies/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.policies.type,parentSchema:schema31.properties.policies,data:data165};
if(vErrors === null){
vErrors = [err379];
}
else {
vErrors.push(err379);
}
errors++;
}
let data167 = data.budgets;
if(Array.isArray(data167)){
if(data167.length > 1000){
const err380 = {instancePath:instancePath+"/budgets",schemaPath:"#/properties/budgets/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema31.properties.budgets,data:data167};
if(vErrors === null){
vErrors = [err380];
}
else {
vErrors.push(err380);
}
errors++;
}
const len20 = data167.length;
for(let i20=0; i20<len20; i20++){
if(!(validate29(data167[i20], {instancePath:instancePath+"/budgets/" + i20,parentData:data167,parentDataProperty:i20,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate29.errors : vErrors.concat(validate29.errors);
errors = vErrors.length;
}
}
}
else {
const err381 = {instancePath:instancePath+"/budgets",schemaPath:"#/properties/budgets/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.budgets.type,parentSchema:schema31.properties.budgets,data:data167};
if(vErrors === null){
vErrors = [err381];
}
else {
vErrors.push(err381);
}
errors++;
}
let data169 = data.limits;
if(Array.isArray(data169)){
if(data169.length > 1000){
const err382 = {instancePath:instancePath+"/limits",schemaPath:"#/properties/limits/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema31.properties.limits,data:data169};
if(vErrors === null){
vErrors = [err382];
}
else {
vErrors.push(err382);
}
errors++;
}
const len21 = data169.length;
for(let i21=0; i21<len21; i21++){
if(!(validate31(data169[i21], {instancePath:instancePath+"/limits/" + i21,parentData:data169,parentDataProperty:i21,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate31.errors : vErrors.concat(validate31.errors);
errors = vErrors.length;
}
}
}
else {
const err383 = {instancePath:instancePath+"/limits",schemaPath:"#/properties/limits/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.limits.type,parentSchema:schema31.properties.limits,data:data169};
if(vErrors === null){
vErrors = [err383];
}
else {
vErrors.push(err383);
}
errors++;
}
let data171 = data.virtualServers;
if(Array.isArray(data171)){
if(data171.length > 1000){
const err384 = {instancePath:instancePath+"/virtualServers",schemaPath:"#/properties/virtualServers/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema31.properties.virtualServers,data:data171};
if(vErrors === null){
vErrors = [err384];
}
else {
vErrors.push(err384);
}
errors++;
}
const len22 = data171.length;
for(let i22=0; i22<len22; i22++){
if(!(validate33(data171[i22], {instancePath:instancePath+"/virtualServers/" + i22,parentData:data171,parentDataProperty:i22,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate33.errors : vErrors.concat(validate33.errors);
errors = vErrors.length;
}
}
}
else {
const err385 = {instancePath:instancePath+"/virtualServers",schemaPath:"#/properties/virtualServers/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema31.properties.virtualServers.type,parentSchema:schema31.properties.virtualServers,data:data171};
if(vErrors === null){
vErrors = [err385];
}
else {
vErrors.push(err385);
}
errors++;
}
}
else {
const err386 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema31.type,parentSchema:schema31,data};
if(vErrors === null){
vErrors = [err386];
}
else {
vErrors.push(err386);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

exports.server = validate40;

function validate40(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate40.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.url === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'",schema:schema33.oneOf[0].required,parentSchema:schema33.oneOf[0],data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.command === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'",schema:schema33.oneOf[1].required,parentSchema:schema33.oneOf[1],data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
const _errs4 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.upstreams === undefined){
const err2 = {instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: "upstreams"},message:"must have required property '"+"upstreams"+"'",schema:schema33.oneOf[2].required,parentSchema:schema33.oneOf[2],data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
var _valid0 = _errs4 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
}
}
}
if(!valid0){
const err3 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf",schema:schema33.oneOf,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.labels === undefined){
data.labels = {};
}
if(data.timeouts === undefined){
data.timeouts = {};
}
if(data.name === undefined){
const err4 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema33.required,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema33.properties, key0))){
const err5 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err6 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern20.test(data0)){
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:-?[a-z0-9]){0,63}$"},message:"must match pattern \""+"^[a-z0-9](?:-?[a-z0-9]){0,63}$"+"\"",schema:"^[a-z0-9](?:-?[a-z0-9]){0,63}$",parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.name.type,parentSchema:schema33.properties.name,data:data0};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.title !== undefined){
let data1 = data.title;
if(typeof data1 === "string"){
if(func3(data1) > 256){
const err9 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema33.properties.title,data:data1};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.title.type,parentSchema:schema33.properties.title,data:data1};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
let data2 = data.description;
if(typeof data2 === "string"){
if(func3(data2) > 4096){
const err11 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema33.properties.description,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.description.type,parentSchema:schema33.properties.description,data:data2};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data.costs !== undefined){
let data3 = data.costs;
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(Object.keys(data3).length > 256){
const err13 = {instancePath:instancePath+"/costs",schemaPath:"#/properties/costs/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties",schema:256,parentSchema:schema33.properties.costs,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
for(const key1 in data3){
let data4 = data3[key1];
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err14 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.costs.additionalProperties.type,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 1000000 || isNaN(data4)){
const err15 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000",schema:1000000,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data4 < 0 || isNaN(data4)){
const err16 = {instancePath:instancePath+"/costs/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/costs/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.costs.additionalProperties,data:data4};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
}
else {
const err17 = {instancePath:instancePath+"/costs",schemaPath:"#/properties/costs/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.costs.type,parentSchema:schema33.properties.costs,data:data3};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let data5 = data.labels;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(Object.keys(data5).length > 32){
const err18 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
for(const key2 in data5){
const _errs19 = errors;
if(typeof key2 === "string"){
if(!pattern21.test(key2)){
const err19 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$",parentSchema:schema33.properties.labels.propertyNames,data:key2,propertyName:key2};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
var valid3 = _errs19 === errors;
if(!valid3){
const err20 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/propertyNames",keyword:"propertyNames",params:{propertyName: key2},message:"property name must be valid",schema:schema33.properties.labels.propertyNames,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
for(const key3 in data5){
let data6 = data5[key3];
if(typeof data6 === "string"){
if(func3(data6) > 128){
const err21 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",schema:128,parentSchema:schema33.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/labels/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema33.properties.labels.additionalProperties.type,parentSchema:schema33.properties.labels.additionalProperties,data:data6};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/labels",schemaPath:"#/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.labels.type,parentSchema:schema33.properties.labels,data:data5};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data.audit !== undefined){
let data7 = data.audit;
if(!((data7 === "strict") || (data7 === "buffered"))){
const err24 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/enum",keyword:"enum",params:{allowedValues: schema33.properties.audit.enum},message:"must be equal to one of the allowed values",schema:schema33.properties.audit.enum,parentSchema:schema33.properties.audit,data:data7};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
let data8 = data.timeouts;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.answerMs === undefined){
data8.answerMs = 60000;
}
if(data8.idleMs === undefined){
data8.idleMs = 300000;
}
if(data8.totalMs === undefined){
data8.totalMs = 0;
}
for(const key4 in data8){
if(!(((key4 === "answerMs") || (key4 === "idleMs")) || (key4 === "totalMs"))){
const err25 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema33.properties.timeouts,data:data8};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
let data9 = data8.answerMs;
if(!(((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9))) && (isFinite(data9)))){
const err26 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.answerMs.type,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if((typeof data9 == "number") && (isFinite(data9))){
if(data9 > 86400000 || isNaN(data9)){
const err27 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data9 < 1 || isNaN(data9)){
const err28 = {instancePath:instancePath+"/timeouts/answerMs",schemaPath:"#/properties/timeouts/properties/answerMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema33.properties.timeouts.properties.answerMs,data:data9};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
let data10 = data8.idleMs;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err29 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.idleMs.type,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 > 86400000 || isNaN(data10)){
const err30 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data10 < 0 || isNaN(data10)){
const err31 = {instancePath:instancePath+"/timeouts/idleMs",schemaPath:"#/properties/timeouts/properties/idleMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.timeouts.properties.idleMs,data:data10};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
let data11 = data8.totalMs;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err32 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema33.properties.timeouts.properties.totalMs.type,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 86400000 || isNaN(data11)){
const err33 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data11 < 0 || isNaN(data11)){
const err34 = {instancePath:instancePath+"/timeouts/totalMs",schemaPath:"#/properties/timeouts/properties/totalMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0",schema:0,parentSchema:schema33.properties.timeouts.properties.totalMs,data:data11};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
else {
const err35 = {instancePath:instancePath+"/timeouts",schemaPath:"#/properties/timeouts/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.properties.timeouts.type,parentSchema:schema33.properties.timeouts,data:data8};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data.kind !== undefined){
let data12 = data.kind;
if(!((((data12 === "http") || (data12 === "sse")) || (data12 === "websocket")) || (data12 === "stdio"))){
const err36 = {instancePath:instancePath+"/kind",schemaPath:"#/$defs/kind/enum",keyword:"enum",params:{allowedValues: schema34.enum},message:"must be equal to one of the allowed values",schema:schema34.enum,parentSchema:schema34,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data.url !== undefined){
let data13 = data.url;
if(typeof data13 === "string"){
if(func3(data13) > 2048){
const err37 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters",schema:2048,parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(!pattern22.test(data13)){
const err38 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/pattern",keyword:"pattern",params:{pattern: "^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"},message:"must match pattern \""+"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$"+"\"",schema:"^(?:https?|wss?)://[^/?#@\\s]+(?:[/?][^#\\s]*)?$",parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema35.type,parentSchema:schema35,data:data13};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.headers !== undefined){
let data14 = data.headers;
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(Object.keys(data14).length > 32){
const err40 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/maxProperties",keyword:"maxProperties",params:{limit: 32},message:"must NOT have more than 32 properties",schema:32,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
for(const key5 in data14){
const _errs41 = errors;
if(typeof key5 === "string"){
if(!pattern23.test(key5)){
const err41 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"},message:"must match pattern \""+"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$"+"\"",schema:"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$",parentSchema:schema36.propertyNames,data:key5,propertyName:key5};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
var valid9 = _errs41 === errors;
if(!valid9){
const err42 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/propertyNames",keyword:"propertyNames",params:{propertyName: key5},message:"property name must be valid",schema:schema36.propertyNames,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
for(const key6 in data14){
let data15 = data14[key6];
if(typeof data15 === "string"){
if(func3(data15) > 4096){
const err43 = {instancePath:instancePath+"/headers/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema36.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/headers/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema36.additionalProperties.type,parentSchema:schema36.additionalProperties,data:data15};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/headers",schemaPath:"#/$defs/headers/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema36.type,parentSchema:schema36,data:data14};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data.tls !== undefined){
let data16 = data.tls;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
for(const key7 in data16){
if(!((((key7 === "ca") || (key7 === "cert")) || (key7 === "key")) || (key7 === "serverName"))){
const err46 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data16.ca !== undefined){
let data17 = data16.ca;
if(typeof data17 === "string"){
if(func3(data17) > 131072){
const err47 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(func3(data17) < 1){
const err48 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath:instancePath+"/tls/ca",schemaPath:"#/$defs/tls/properties/ca/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.ca.type,parentSchema:schema37.properties.ca,data:data17};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data16.cert !== undefined){
let data18 = data16.cert;
if(typeof data18 === "string"){
if(func3(data18) > 131072){
const err50 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/maxLength",keyword:"maxLength",params:{limit: 131072},message:"must NOT have more than 131072 characters",schema:131072,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func3(data18) < 1){
const err51 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/tls/cert",schemaPath:"#/$defs/tls/properties/cert/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.cert.type,parentSchema:schema37.properties.cert,data:data18};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data16.key !== undefined){
let data19 = data16.key;
if(typeof data19 === "string"){
if(func3(data19) > 4096){
const err53 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(func3(data19) < 1){
const err54 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/tls/key",schemaPath:"#/$defs/tls/properties/key/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.key.type,parentSchema:schema37.properties.key,data:data19};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data16.serverName !== undefined){
let data20 = data16.serverName;
if(typeof data20 === "string"){
if(func3(data20) > 253){
const err56 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/maxLength",keyword:"maxLength",params:{limit: 253},message:"must NOT have more than 253 characters",schema:253,parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(!pattern24.test(data20)){
const err57 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"},message:"must match pattern \""+"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"+"\"",schema:"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$",parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/tls/serverName",schemaPath:"#/$defs/tls/properties/serverName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema37.properties.serverName.type,parentSchema:schema37.properties.serverName,data:data20};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data16.cert !== undefined){
if(data16.key === undefined){
const err59 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "cert",
    missingProperty: "key",
    depsCount: 1,
    deps: "key"},message:"must have property key when property cert is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data16.key !== undefined){
if(data16.cert === undefined){
const err60 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/dependentRequired",keyword:"dependentRequired",params:{property: "key",
    missingProperty: "cert",
    depsCount: 1,
    deps: "cert"},message:"must have property cert when property key is present",schema:schema37.dependentRequired,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/tls",schemaPath:"#/$defs/tls/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema37.type,parentSchema:schema37,data:data16};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data.command !== undefined){
let data21 = data.command;
if(typeof data21 === "string"){
if(func3(data21) > 4096){
const err62 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(func3(data21) < 1){
const err63 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/command",schemaPath:"#/$defs/command/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema38.type,parentSchema:schema38,data:data21};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.args !== undefined){
let data22 = data.args;
if(Array.isArray(data22)){
if(data22.length > 256){
const err65 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items",schema:256,parentSchema:schema39,data:data22};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
const len0 = data22.length;
for(let i0=0; i0<len0; i0++){
let data23 = data22[i0];
if(typeof data23 === "string"){
if(func3(data23) > 32768){
const err66 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema39.items,data:data23};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/args/" + i0,schemaPath:"#/$defs/args/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema39.items.type,parentSchema:schema39.items,data:data23};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
else {
const err68 = {instancePath:instancePath+"/args",schemaPath:"#/$defs/args/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema39.type,parentSchema:schema39,data:data22};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data.env !== undefined){
let data24 = data.env;
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(Object.keys(data24).length > 256){
const err69 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties",schema:256,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
for(const key8 in data24){
const _errs68 = errors;
if(typeof key8 === "string"){
if(!pattern15.test(key8)){
const err70 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$"},message:"must match pattern \""+"^[A-Za-z_][A-Za-z0-9_]{0,127}$"+"\"",schema:"^[A-Za-z_][A-Za-z0-9_]{0,127}$",parentSchema:schema40.propertyNames,data:key8,propertyName:key8};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
var valid18 = _errs68 === errors;
if(!valid18){
const err71 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/propertyNames",keyword:"propertyNames",params:{propertyName: key8},message:"property name must be valid",schema:schema40.propertyNames,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
for(const key9 in data24){
let data25 = data24[key9];
if(typeof data25 === "string"){
if(func3(data25) > 32768){
const err72 = {instancePath:instancePath+"/env/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters",schema:32768,parentSchema:schema40.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/env/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/env/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema40.additionalProperties.type,parentSchema:schema40.additionalProperties,data:data25};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/env",schemaPath:"#/$defs/env/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema40.type,parentSchema:schema40,data:data24};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data.cwd !== undefined){
let data26 = data.cwd;
if((typeof data26 !== "string") && (data26 !== null)){
const err75 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/type",keyword:"type",params:{type: schema41.type},message:"must be string,null",schema:schema41.type,parentSchema:schema41,data:data26};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err76 = {instancePath:instancePath+"/cwd",schemaPath:"#/$defs/cwd/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema41,data:data26};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
if(data.processesMax !== undefined){
let data27 = data.processesMax;
if(!(((typeof data27 == "number") && (!(data27 % 1) && !isNaN(data27))) && (isFinite(data27)))){
const err77 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema42.type,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if((typeof data27 == "number") && (isFinite(data27))){
if(data27 > 64 || isNaN(data27)){
const err78 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64",schema:64,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data27 < 1 || isNaN(data27)){
const err79 = {instancePath:instancePath+"/processesMax",schemaPath:"#/$defs/processesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema42,data:data27};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
if(data.upstreams !== undefined){
let data28 = data.upstreams;
if(Array.isArray(data28)){
if(data28.length > 32){
const err80 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items",schema:32,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data28.length < 1){
const err81 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
const len1 = data28.length;
for(let i1=0; i1<len1; i1++){
if(!(validate22(data28[i1], {instancePath:instancePath+"/upstreams/" + i1,parentData:data28,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err82 = {instancePath:instancePath+"/upstreams",schemaPath:"#/properties/upstreams/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema33.properties.upstreams.type,parentSchema:schema33.properties.upstreams,data:data28};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.headers !== undefined){
if(data.url === undefined){
const err83 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "headers",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property headers is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data.tls !== undefined){
if(data.url === undefined){
const err84 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "tls",
    missingProperty: "url",
    depsCount: 1,
    deps: "url"},message:"must have property url when property tls is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data.args !== undefined){
if(data.command === undefined){
const err85 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "args",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property args is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data.env !== undefined){
if(data.command === undefined){
const err86 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "env",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property env is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data.cwd !== undefined){
if(data.command === undefined){
const err87 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "cwd",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property cwd is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data.processesMax !== undefined){
if(data.command === undefined){
const err88 = {instancePath,schemaPath:"#/dependentRequired",keyword:"dependentRequired",params:{property: "processesMax",
    missingProperty: "command",
    depsCount: 1,
    deps: "command"},message:"must have property command when property processesMax is present",schema:schema33.dependentRequired,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema33.type,parentSchema:schema33,data};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
validate40.errors = vErrors;
return errors === 0;
}
validate40.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

exports.policy = validate42;

function validate42(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate42.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.shadow === undefined){
data.shadow = false;
}
if(data.replaces === undefined){
data.replaces = null;
}
if(data.policyId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "policyId"},message:"must have required property '"+"policyId"+"'",schema:schema53.required,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.rules === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "rules"},message:"must have required property '"+"rules"+"'",schema:schema53.required,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!((((((key0 === "policyId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "shadow")) || (key0 === "replaces")) || (key0 === "rules"))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.policyId !== undefined){
let data0 = data.policyId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err3 = {instancePath:instancePath+"/policyId",schemaPath:"#/properties/policyId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema53.properties.policyId,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/policyId",schemaPath:"#/properties/policyId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema53.properties.policyId.type,parentSchema:schema53.properties.policyId,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1000){
const err5 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters",schema:1000,parentSchema:schema53.properties.description,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema53.properties.description.type,parentSchema:schema53.properties.description,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err7 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema53.properties.enabled.type,parentSchema:schema53.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
let data3 = data.shadow;
if(typeof data3 !== "boolean"){
const err8 = {instancePath:instancePath+"/shadow",schemaPath:"#/properties/shadow/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema53.properties.shadow.type,parentSchema:schema53.properties.shadow,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data4 = data.replaces;
if((typeof data4 !== "string") && (data4 !== null)){
const err9 = {instancePath:instancePath+"/replaces",schemaPath:"#/properties/replaces/type",keyword:"type",params:{type: schema53.properties.replaces.type},message:"must be string,null",schema:schema53.properties.replaces.type,parentSchema:schema53.properties.replaces,data:data4};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data.rules !== undefined){
let data5 = data.rules;
if(Array.isArray(data5)){
if(data5.length > 1000){
const err10 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema53.properties.rules,data:data5};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
if(!(validate26(data5[i0], {instancePath:instancePath+"/rules/" + i0,parentData:data5,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
errors = vErrors.length;
}
}
}
else {
const err11 = {instancePath:instancePath+"/rules",schemaPath:"#/properties/rules/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema53.properties.rules.type,parentSchema:schema53.properties.rules,data:data5};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema53.type,parentSchema:schema53,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
validate42.errors = vErrors;
return errors === 0;
}
validate42.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

exports.limit = validate44;

function validate44(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate44.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.per === undefined){
data.per = ["organization"];
}
if(data.match === undefined){
data.match = {};
}
if(data.limitId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "limitId"},message:"must have required property '"+"limitId"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.callsMax === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "callsMax"},message:"must have required property '"+"callsMax"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.windowMs === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "windowMs"},message:"must have required property '"+"windowMs"+"'",schema:schema72.required,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "limitId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "callsMax")) || (key0 === "windowMs")) || (key0 === "per")) || (key0 === "match"))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.limitId !== undefined){
let data0 = data.limitId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err4 = {instancePath:instancePath+"/limitId",schemaPath:"#/properties/limitId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema72.properties.limitId,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath:instancePath+"/limitId",schemaPath:"#/properties/limitId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema72.properties.limitId.type,parentSchema:schema72.properties.limitId,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1000){
const err6 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters",schema:1000,parentSchema:schema72.properties.description,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema72.properties.description.type,parentSchema:schema72.properties.description,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err8 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema72.properties.enabled.type,parentSchema:schema72.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data.callsMax !== undefined){
let data3 = data.callsMax;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err9 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema72.properties.callsMax.type,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 1000000000 || isNaN(data3)){
const err10 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000",schema:1000000000,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data3 < 1 || isNaN(data3)){
const err11 = {instancePath:instancePath+"/callsMax",schemaPath:"#/properties/callsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema72.properties.callsMax,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
if(data.windowMs !== undefined){
let data4 = data.windowMs;
if(!(((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4))) && (isFinite(data4)))){
const err12 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema72.properties.windowMs.type,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data4 == "number") && (isFinite(data4))){
if(data4 > 86400000 || isNaN(data4)){
const err13 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000",schema:86400000,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data4 < 100 || isNaN(data4)){
const err14 = {instancePath:instancePath+"/windowMs",schemaPath:"#/properties/windowMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100",schema:100,parentSchema:schema72.properties.windowMs,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
let data5 = data.per;
if(Array.isArray(data5)){
if(data5.length > 6){
const err15 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/maxItems",keyword:"maxItems",params:{limit: 6},message:"must NOT have more than 6 items",schema:6,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(!((((((data6 === "organization") || (data6 === "user")) || (data6 === "agent")) || (data6 === "server")) || (data6 === "tool")) || (data6 === "endpoint"))){
const err17 = {instancePath:instancePath+"/per/" + i0,schemaPath:"#/properties/per/items/enum",keyword:"enum",params:{allowedValues: schema72.properties.per.items.enum},message:"must be equal to one of the allowed values",schema:schema72.properties.per.items.enum,parentSchema:schema72.properties.per.items,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
let i1 = data5.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data5[i1], data5[j0])){
const err18 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)",schema:true,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err19 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema72.properties.per.type,parentSchema:schema72.properties.per,data:data5};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
let data7 = data.match;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key1 in data7){
if(!((((((key1 === "users") || (key1 === "agents")) || (key1 === "roles")) || (key1 === "servers")) || (key1 === "methods")) || (key1 === "tools"))){
const err20 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema72.properties.match,data:data7};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data7.users !== undefined){
let data8 = data7.users;
if((typeof data8 !== "string") && (!(Array.isArray(data8)))){
const err21 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(typeof data8 === "string"){
if(func3(data8) > 1024){
const err22 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(func3(data8) < 1){
const err23 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(Array.isArray(data8)){
if(data8.length > 1024){
const err24 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data8};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len1 = data8.length;
for(let i2=0; i2<len1; i2++){
let data9 = data8[i2];
if(typeof data9 === "string"){
if(func3(data9) > 1024){
const err25 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(func3(data9) < 1){
const err26 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data9};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
}
if(data7.agents !== undefined){
let data10 = data7.agents;
if((typeof data10 !== "string") && (!(Array.isArray(data10)))){
const err28 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(typeof data10 === "string"){
if(func3(data10) > 1024){
const err29 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(func3(data10) < 1){
const err30 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(Array.isArray(data10)){
if(data10.length > 1024){
const err31 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data10};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
const len2 = data10.length;
for(let i3=0; i3<len2; i3++){
let data11 = data10[i3];
if(typeof data11 === "string"){
if(func3(data11) > 1024){
const err32 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(func3(data11) < 1){
const err33 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data11};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
}
if(data7.roles !== undefined){
let data12 = data7.roles;
if((typeof data12 !== "string") && (!(Array.isArray(data12)))){
const err35 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(typeof data12 === "string"){
if(func3(data12) > 1024){
const err36 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(func3(data12) < 1){
const err37 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(Array.isArray(data12)){
if(data12.length > 1024){
const err38 = {instancePath:instancePath+"/match/roles",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data12};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
const len3 = data12.length;
for(let i4=0; i4<len3; i4++){
let data13 = data12[i4];
if(typeof data13 === "string"){
if(func3(data13) > 1024){
const err39 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(func3(data13) < 1){
const err40 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/match/roles/" + i4,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data13};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
}
if(data7.servers !== undefined){
let data14 = data7.servers;
if((typeof data14 !== "string") && (!(Array.isArray(data14)))){
const err42 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(typeof data14 === "string"){
if(func3(data14) > 1024){
const err43 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(func3(data14) < 1){
const err44 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(Array.isArray(data14)){
if(data14.length > 1024){
const err45 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data14};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
const len4 = data14.length;
for(let i5=0; i5<len4; i5++){
let data15 = data14[i5];
if(typeof data15 === "string"){
if(func3(data15) > 1024){
const err46 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(func3(data15) < 1){
const err47 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
else {
const err48 = {instancePath:instancePath+"/match/servers/" + i5,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data15};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
}
if(data7.methods !== undefined){
let data16 = data7.methods;
if((typeof data16 !== "string") && (!(Array.isArray(data16)))){
const err49 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(typeof data16 === "string"){
if(func3(data16) > 1024){
const err50 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(func3(data16) < 1){
const err51 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(Array.isArray(data16)){
if(data16.length > 1024){
const err52 = {instancePath:instancePath+"/match/methods",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data16};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
const len5 = data16.length;
for(let i6=0; i6<len5; i6++){
let data17 = data16[i6];
if(typeof data17 === "string"){
if(func3(data17) > 1024){
const err53 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(func3(data17) < 1){
const err54 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/match/methods/" + i6,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data17};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
}
if(data7.tools !== undefined){
let data18 = data7.tools;
if((typeof data18 !== "string") && (!(Array.isArray(data18)))){
const err56 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(typeof data18 === "string"){
if(func3(data18) > 1024){
const err57 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(func3(data18) < 1){
const err58 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(Array.isArray(data18)){
if(data18.length > 1024){
const err59 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data18};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
const len6 = data18.length;
for(let i7=0; i7<len6; i7++){
let data19 = data18[i7];
if(typeof data19 === "string"){
if(func3(data19) > 1024){
const err60 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(func3(data19) < 1){
const err61 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/match/tools/" + i7,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data19};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
}
}
else {
const err63 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema72.properties.match.type,parentSchema:schema72.properties.match,data:data7};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema72.type,parentSchema:schema72,data};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
validate44.errors = vErrors;
return errors === 0;
}
validate44.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

exports.budget = validate45;

function validate45(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate45.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.enabled === undefined){
data.enabled = true;
}
if(data.per === undefined){
data.per = ["organization"];
}
if(data.match === undefined){
data.match = {};
}
if(data.budgetId === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "budgetId"},message:"must have required property '"+"budgetId"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.unit === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "unit"},message:"must have required property '"+"unit"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.period === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "period"},message:"must have required property '"+"period"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.amountMax === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "amountMax"},message:"must have required property '"+"amountMax"+"'",schema:schema67.required,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "budgetId") || (key0 === "description")) || (key0 === "enabled")) || (key0 === "unit")) || (key0 === "period")) || (key0 === "amountMax")) || (key0 === "per")) || (key0 === "match"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.budgetId !== undefined){
let data0 = data.budgetId;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err5 = {instancePath:instancePath+"/budgetId",schemaPath:"#/properties/budgetId/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$"+"\"",schema:"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$",parentSchema:schema67.properties.budgetId,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/budgetId",schemaPath:"#/properties/budgetId/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema67.properties.budgetId.type,parentSchema:schema67.properties.budgetId,data:data0};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
let data1 = data.description;
if(typeof data1 === "string"){
if(func3(data1) > 1024){
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema67.properties.description,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema67.properties.description.type,parentSchema:schema67.properties.description,data:data1};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data2 = data.enabled;
if(typeof data2 !== "boolean"){
const err9 = {instancePath:instancePath+"/enabled",schemaPath:"#/properties/enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema67.properties.enabled.type,parentSchema:schema67.properties.enabled,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data.unit !== undefined){
let data3 = data.unit;
if(!(((data3 === "calls") || (data3 === "bytes")) || (data3 === "cost"))){
const err10 = {instancePath:instancePath+"/unit",schemaPath:"#/properties/unit/enum",keyword:"enum",params:{allowedValues: schema67.properties.unit.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.unit.enum,parentSchema:schema67.properties.unit,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.period !== undefined){
let data4 = data.period;
if(!((data4 === "day") || (data4 === "month"))){
const err11 = {instancePath:instancePath+"/period",schemaPath:"#/properties/period/enum",keyword:"enum",params:{allowedValues: schema67.properties.period.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.period.enum,parentSchema:schema67.properties.period,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.amountMax !== undefined){
let data5 = data.amountMax;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err12 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema67.properties.amountMax.type,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000000000000000 || isNaN(data5)){
const err13 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000000000},message:"must be <= 1000000000000000",schema:1000000000000000,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5 < 1 || isNaN(data5)){
const err14 = {instancePath:instancePath+"/amountMax",schemaPath:"#/properties/amountMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema67.properties.amountMax,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
let data6 = data.per;
if(Array.isArray(data6)){
if(data6.length < 1){
const err15 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
const len0 = data6.length;
for(let i0=0; i0<len0; i0++){
let data7 = data6[i0];
if(!(((((data7 === "organization") || (data7 === "user")) || (data7 === "agent")) || (data7 === "server")) || (data7 === "endpoint"))){
const err16 = {instancePath:instancePath+"/per/" + i0,schemaPath:"#/properties/per/items/enum",keyword:"enum",params:{allowedValues: schema67.properties.per.items.enum},message:"must be equal to one of the allowed values",schema:schema67.properties.per.items.enum,parentSchema:schema67.properties.per.items,data:data7};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
let i1 = data6.length;
let j0;
if(i1 > 1){
outer0:
for(;i1--;){
for(j0 = i1; j0--;){
if(func0(data6[i1], data6[j0])){
const err17 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)",schema:true,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
break outer0;
}
}
}
}
}
else {
const err18 = {instancePath:instancePath+"/per",schemaPath:"#/properties/per/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema67.properties.per.type,parentSchema:schema67.properties.per,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
let data8 = data.match;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
for(const key1 in data8){
if(!((((key1 === "users") || (key1 === "agents")) || (key1 === "servers")) || (key1 === "tools"))){
const err19 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema67.properties.match,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data8.users !== undefined){
let data9 = data8.users;
if((typeof data9 !== "string") && (!(Array.isArray(data9)))){
const err20 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(typeof data9 === "string"){
if(func3(data9) > 1024){
const err21 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(func3(data9) < 1){
const err22 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(Array.isArray(data9)){
if(data9.length > 1024){
const err23 = {instancePath:instancePath+"/match/users",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
const len1 = data9.length;
for(let i2=0; i2<len1; i2++){
let data10 = data9[i2];
if(typeof data10 === "string"){
if(func3(data10) > 1024){
const err24 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(func3(data10) < 1){
const err25 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/match/users/" + i2,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data10};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
}
if(data8.agents !== undefined){
let data11 = data8.agents;
if((typeof data11 !== "string") && (!(Array.isArray(data11)))){
const err27 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(typeof data11 === "string"){
if(func3(data11) > 1024){
const err28 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(func3(data11) < 1){
const err29 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(Array.isArray(data11)){
if(data11.length > 1024){
const err30 = {instancePath:instancePath+"/match/agents",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data11};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
const len2 = data11.length;
for(let i3=0; i3<len2; i3++){
let data12 = data11[i3];
if(typeof data12 === "string"){
if(func3(data12) > 1024){
const err31 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func3(data12) < 1){
const err32 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/match/agents/" + i3,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data12};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
}
if(data8.servers !== undefined){
let data13 = data8.servers;
if((typeof data13 !== "string") && (!(Array.isArray(data13)))){
const err34 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(typeof data13 === "string"){
if(func3(data13) > 1024){
const err35 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(func3(data13) < 1){
const err36 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(Array.isArray(data13)){
if(data13.length > 1024){
const err37 = {instancePath:instancePath+"/match/servers",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data13};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
const len3 = data13.length;
for(let i4=0; i4<len3; i4++){
let data14 = data13[i4];
if(typeof data14 === "string"){
if(func3(data14) > 1024){
const err38 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(func3(data14) < 1){
const err39 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/match/servers/" + i4,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data14};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
}
if(data8.tools !== undefined){
let data15 = data8.tools;
if((typeof data15 !== "string") && (!(Array.isArray(data15)))){
const err41 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/type",keyword:"type",params:{type: schema55.type},message:"must be string,array",schema:schema55.type,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(typeof data15 === "string"){
if(func3(data15) > 1024){
const err42 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(func3(data15) < 1){
const err43 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(Array.isArray(data15)){
if(data15.length > 1024){
const err44 = {instancePath:instancePath+"/match/tools",schemaPath:"#/$defs/texts/maxItems",keyword:"maxItems",params:{limit: 1024},message:"must NOT have more than 1024 items",schema:1024,parentSchema:schema55,data:data15};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
const len4 = data15.length;
for(let i5=0; i5<len4; i5++){
let data16 = data15[i5];
if(typeof data16 === "string"){
if(func3(data16) > 1024){
const err45 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",schema:1024,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(func3(data16) < 1){
const err46 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
else {
const err47 = {instancePath:instancePath+"/match/tools/" + i5,schemaPath:"#/$defs/texts/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema55.items.type,parentSchema:schema55.items,data:data16};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
}
}
else {
const err48 = {instancePath:instancePath+"/match",schemaPath:"#/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema67.properties.match.type,parentSchema:schema67.properties.match,data:data8};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
else {
const err49 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema67.type,parentSchema:schema67,data};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
validate45.errors = vErrors;
return errors === 0;
}
validate45.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

exports.virtualServer = validate46;

function validate46(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate46.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.description === undefined){
data.description = "";
}
if(data.instructions === undefined){
data.instructions = "";
}
if(data.metaTools === undefined){
data.metaTools = null;
}
if(data.tools === undefined){
data.tools = [];
}
if(data.prompts === undefined){
data.prompts = [];
}
if(data.resources === undefined){
data.resources = [];
}
if(data.name === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema79.required,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "name") || (key0 === "title")) || (key0 === "description")) || (key0 === "instructions")) || (key0 === "metaTools")) || (key0 === "tools")) || (key0 === "prompts")) || (key0 === "resources"))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.name !== undefined){
let data0 = data.name;
if(typeof data0 === "string"){
if(func3(data0) > 64){
const err2 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters",schema:64,parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(!pattern20.test(data0)){
const err3 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9](?:-?[a-z0-9]){0,63}$"},message:"must match pattern \""+"^[a-z0-9](?:-?[a-z0-9]){0,63}$"+"\"",schema:"^[a-z0-9](?:-?[a-z0-9]){0,63}$",parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.name.type,parentSchema:schema79.properties.name,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.title !== undefined){
let data1 = data.title;
if(typeof data1 === "string"){
if(func3(data1) > 256){
const err5 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",schema:256,parentSchema:schema79.properties.title,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/title",schemaPath:"#/properties/title/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.title.type,parentSchema:schema79.properties.title,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
let data2 = data.description;
if(typeof data2 === "string"){
if(func3(data2) > 4096){
const err7 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",schema:4096,parentSchema:schema79.properties.description,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.description.type,parentSchema:schema79.properties.description,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
let data3 = data.instructions;
if(typeof data3 === "string"){
if(func3(data3) > 16384){
const err9 = {instancePath:instancePath+"/instructions",schemaPath:"#/properties/instructions/maxLength",keyword:"maxLength",params:{limit: 16384},message:"must NOT have more than 16384 characters",schema:16384,parentSchema:schema79.properties.instructions,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/instructions",schemaPath:"#/properties/instructions/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema79.properties.instructions.type,parentSchema:schema79.properties.instructions,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
let data4 = data.metaTools;
if(!((((data4 === "off") || (data4 === "auto")) || (data4 === "always")) || (data4 === null))){
const err11 = {instancePath:instancePath+"/metaTools",schemaPath:"#/properties/metaTools/enum",keyword:"enum",params:{allowedValues: schema79.properties.metaTools.enum},message:"must be equal to one of the allowed values",schema:schema79.properties.metaTools.enum,parentSchema:schema79.properties.metaTools,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
let data5 = data.tools;
if(Array.isArray(data5)){
if(data5.length > 500){
const err12 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.tools,data:data5};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
if(!(validate34(data5[i0], {instancePath:instancePath+"/tools/" + i0,parentData:data5,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
errors = vErrors.length;
}
}
}
else {
const err13 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.tools.type,parentSchema:schema79.properties.tools,data:data5};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
let data7 = data.prompts;
if(Array.isArray(data7)){
if(data7.length > 500){
const err14 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.prompts,data:data7};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
const len1 = data7.length;
for(let i1=0; i1<len1; i1++){
if(!(validate34(data7[i1], {instancePath:instancePath+"/prompts/" + i1,parentData:data7,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate34.errors : vErrors.concat(validate34.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath:instancePath+"/prompts",schemaPath:"#/properties/prompts/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.prompts.type,parentSchema:schema79.properties.prompts,data:data7};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
let data9 = data.resources;
if(Array.isArray(data9)){
if(data9.length > 500){
const err16 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/maxItems",keyword:"maxItems",params:{limit: 500},message:"must NOT have more than 500 items",schema:500,parentSchema:schema79.properties.resources,data:data9};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len2 = data9.length;
for(let i2=0; i2<len2; i2++){
if(!(validate37(data9[i2], {instancePath:instancePath+"/resources/" + i2,parentData:data9,parentDataProperty:i2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate37.errors : vErrors.concat(validate37.errors);
errors = vErrors.length;
}
}
}
else {
const err17 = {instancePath:instancePath+"/resources",schemaPath:"#/properties/resources/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema79.properties.resources.type,parentSchema:schema79.properties.resources,data:data9};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema79.type,parentSchema:schema79,data};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
validate46.errors = vErrors;
return errors === 0;
}
validate46.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

