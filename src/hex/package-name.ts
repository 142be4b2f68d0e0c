import { FormatError } from './format-error.js';

const PACKAGE_NAME = /^[a-z][a-z0-9_]*$/;
const ORGANIZATION_NAME = /^[a-z0-9_]+$/;

/** NAME-VERSION.tar.gz has to fit into the 255 bytes of a file name; the longest publishable version takes 109. */
export const MAX_NAME_LENGTH = 128;

// Names that mean something else to Elixir, Erlang, a shell, Windows or a docs host (hex-server-facts 15.3).
const RESERVED = new Set(
  `eex elixir elixirc ex_unit iex logger mix
  erlang typer to_erl run_erl escript erlc erl epmd dialyzer ct_run rebar rebar3 hex hexpm mix_hex
  otp asn1 common_test compiler crypto debugger diameter edoc eldap erl_docgen erl_interface erts et eunit ftp hipe inets
  jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key reltool runtime_tools sasl snmp ssh ssl
  stdlib syntax_tools toolbar tools wx xmerl tftp httpc httpd net http net_http gen_http
  nul con prn aux com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
  package organization www myapp lock locked all assets api docs preview search staging stats static`.split(/\s+/),
);

/** Whether `text` is spelled like a package name; says nothing about reserved names. Safe to use in a path or a key. */
export function isPackageName(text: string): boolean {
  return text.length >= 2 && text.length <= MAX_NAME_LENGTH && PACKAGE_NAME.test(text);
}

/** Whether `text` is spelled like the name of an organization, which is also the name of its repository. */
export function isOrganizationName(text: string): boolean {
  return text.length >= 3 && text.length <= MAX_NAME_LENGTH && ORGANIZATION_NAME.test(text);
}

/** Whether nobody may take `name`, for a package or an organization. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name);
}

/** Refuses a name no package may have. The message is a predicate without a subject, to be shown beside the field. */
export function checkPackageName(name: string): void {
  checkLength(name, 2);
  if (!PACKAGE_NAME.test(name)) {
    throw new FormatError(
      'package_name_format',
      'must start with a lower-case letter and contain only a-z, 0-9 and underscores',
    );
  }
  checkFree(name);
}

/** Refuses a name no organization may have; the message is a predicate, as in `checkPackageName`. */
export function checkOrganizationName(name: string): void {
  checkLength(name, 3);
  if (!ORGANIZATION_NAME.test(name)) {
    throw new FormatError('organization_name_format', 'must contain only a-z, 0-9 and underscores');
  }
  checkFree(name);
}

function checkLength(name: string, least: number): void {
  if (name.length < least) throw new FormatError('name_length', `should be at least ${least} characters`);
  if (name.length > MAX_NAME_LENGTH) {
    throw new FormatError('name_length', `should be at most ${MAX_NAME_LENGTH} characters`);
  }
}

function checkFree(name: string): void {
  if (isReservedName(name)) throw new FormatError('name_reserved', 'is reserved');
}
