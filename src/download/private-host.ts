import { isLoopback } from "../core/runtime.ts";

/** How the IPv4 addresses of machines and their networks begin. SECURITY.md lists the ranges, each with its RFC. */
const privateIpv4 =
  /^(0|10|127|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254|172\.(1[6-9]|2\d|3[01])|192\.0\.0|192\.168|198\.1[89]|2(2[4-9]|[3-5]\d))\.[\d.]+$/;

/**
 * How public IPv6 addresses begin: as 2000::/3, but not as 2001::/23 (protocol assignments) or 2002::/16 (6to4). Whatever
 * else carries an IPv4 address, such as ::ffff:0:0/96 and 64:ff9b::/96, is outside.
 *
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const publicIpv6 = /^\[(?!2002:|2001:1?\w{0,2}:)[23]\w{3}:/;

/** Whether a host, as `URL` writes it, is this machine by name, or a literal address that is not public. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return !publicIpv6.test(hostname);
  return isLoopback(hostname) || privateIpv4.test(hostname);
}
