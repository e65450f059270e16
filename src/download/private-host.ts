import { isLoopback } from "../core/hosts.ts";

/**
 * Addresses that are not on the internet: this machine's, its network's, and reserved ones.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const privateIpv4: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];

/** Whether a host, as `URL` writes it, is this machine or an address off the internet. Names are not looked up. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPrivateIpv6(hostname);
  if (!/^\d+(\.\d+){3}$/.test(hostname)) return isLoopback(hostname);
  return privateIpv4.some((range) => {
    const [start = "", bits] = range.split("/");
    const blockSize = 2 ** (32 - Number(bits));
    return Math.floor(toNumber(hostname) / blockSize) === toNumber(start) / blockSize;
  });
}

function toNumber(ipv4: string): number {
  return ipv4.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);
}

/**
 * Of IPv6, only 2000::/3 is the internet, without 2001::/23 (protocols, among them Teredo) and 2002::/16 (6to4), which
 * have IPv4 addresses in them.
 *
 * @see https://www.iana.org/assignments/ipv6-unicast-address-assignments
 */
function isPrivateIpv6(hostname: string): boolean {
  const [first = 0, second = 0] = hostname
    .slice(1)
    .split(":")
    .map((group) => Number.parseInt(`0${group}`, 16));
  const isInternet = first >= 0x2000 && first < 0x4000;
  return !isInternet || (first === 0x2001 && second < 0x200) || first === 0x2002;
}
