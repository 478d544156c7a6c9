//! Which addresses are public: the special-purpose registries of IANA, and multicast.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are not the public internet, or that stand for something else than a host
/// (RFC 6890 and its registry; RFC 5771 for multicast).
const V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // shared by a provider's customers
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, and the metadata services of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 52, 193, 0], 24), // automatic multicast tunnelling
    ([192, 88, 99, 0], 24),  // 6to4 relays
    ([192, 168, 0, 0], 16),  // private
    ([192, 175, 48, 0], 24), // AS112
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, and broadcast
];

/// The block of IPv6 that public addresses come from (RFC 4291 §2.4). Whatever embeds an IPv4
/// address or stays inside a site lies outside it.
const V6_PUBLIC: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Blocks inside [`V6_PUBLIC`] that are not public.
const V6: &[([u16; 8], u32)] = &[
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocol assignments: Teredo, benchmarks, ORCHID
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4, which embeds IPv4
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// Whether an address is one of a host on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            let inside = |(block, length): &([u8; 4], u32)| {
                let block = Ipv4Addr::from(*block).to_bits();
                (bits ^ block) >> (32 - length) == 0
            };
            !V4.iter().any(inside)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let inside = |(block, length): &([u16; 8], u32)| {
                let block = Ipv6Addr::from(*block).to_bits();
                (bits ^ block) >> (128 - length) == 0
            };
            inside(&V6_PUBLIC) && !V6.iter().any(inside)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the block's last address, and the first one past it, are public.
    #[test]
    fn blocks_end_where_they_end() {
        for (last, past) in [
            ("0.255.255.255", "1.0.0.0"),
            ("10.255.255.255", "11.0.0.0"),
            ("100.127.255.255", "100.128.0.0"),
            ("127.255.255.255", "128.0.0.0"),
            ("169.254.255.255", "169.255.0.0"),
            ("172.31.255.255", "172.32.0.0"),
            ("192.0.0.255", "192.0.1.0"),
            ("192.0.2.255", "192.0.3.0"),
            ("192.31.196.255", "192.31.197.0"),
            ("192.52.193.255", "192.52.194.0"),
            ("192.88.99.255", "192.88.100.0"),
            ("192.168.255.255", "192.169.0.0"),
            ("192.175.48.255", "192.175.49.0"),
            ("198.19.255.255", "198.20.0.0"),
            ("198.51.100.255", "198.51.101.0"),
            ("203.0.113.255", "203.0.114.0"),
            ("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
            ("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"),
            ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
            ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
            ("2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"),
            ("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
        ] {
            let public = [last, past].map(|text| is_public(text.parse().expect("an address")));
            assert_eq!(public, [false, true], "{last} {past}");
        }
        for text in ["223.255.255.255", "3fff:ffff::1"] {
            assert!(is_public(text.parse().expect("an address")), "{text}");
        }
        for text in ["224.0.0.0", "255.255.255.255", "4000::", "ffff::"] {
            assert!(!is_public(text.parse().expect("an address")), "{text}");
        }
    }
}
