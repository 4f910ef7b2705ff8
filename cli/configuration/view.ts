import type { Config } from "./config.ts";

const masked = "********";

/** The effective configuration as it may be shown: values that may be secret are masked, `${env:NAME}` stays. */
export function maskedConfig(config: Config): unknown {
  return {
    ...config,
    kafka: { ...config.kafka, sasl: { ...config.kafka.sasl, password: config.kafka.sasl.password === "" ? "" : masked } },
    schemaRegistry: { ...config.schemaRegistry, password: config.schemaRegistry.password === "" ? "" : masked },
    sealing: { ...config.sealing, keys: config.sealing.keys.map(() => masked) },
    telemetry: { ...config.telemetry, headers: maskedValues(config.telemetry.headers) },
    elasticsearch: { ...config.elasticsearch, ...maskedSecrets(config.elasticsearch, ["apiKey", "password"]) },
    servers: config.servers.map((server) => ({ ...server, upstreams: server.upstreams.map(maskedUpstream) })),
  };
}

/** An upstream as it may be shown. */
export function maskedUpstream<Upstream extends object>(upstream: Upstream): unknown {
  return Object.fromEntries(
    Object.entries(upstream).map(([name, value]) => {
      if (name === "headers" || name === "env") return [name, maskedValues(value)];
      if (name === "url") return [name, maskedUrl(String(value))];
      return [name, name === "args" ? maskedArguments(value) : value];
    }),
  );
}

function maskedSecrets<Name extends string>(section: Readonly<Record<Name, string | null>>, names: readonly Name[]): object {
  return Object.fromEntries(names.map((name) => [name, section[name] === null ? null : masked]));
}

function maskedValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, /^\$\{env:[^}]*\}$/.test(value) ? value : masked]));
}

/** Keys are often carried in the query of a URL; its host and path are what a reader needs. */
function maskedUrl(text: string): string {
  return text.replace(/([?&][^=&]*=)[^&]*/g, `$1${masked}`);
}

const secretOption = /(?:token|secret|password|passphrase|credential|api-?_?key|auth)/i;

function maskedArguments(args: readonly string[]): readonly string[] {
  return args.map((arg, index) => {
    const previous = args[index - 1];
    if (previous?.startsWith("-") && !previous.includes("=") && secretOption.test(previous) && !arg.startsWith("-")) return masked;
    const [, option, name] = /^(-{0,2}([^=]+)=)/.exec(arg) ?? [];
    return option !== undefined && name !== undefined && secretOption.test(name) ? `${option}${masked}` : arg;
  });
}
