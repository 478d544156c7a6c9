//! The table of pinned contexts: where they are named, our text, and both digests.

use super::Pinned;

macro_rules! pinned {
    ($(#[$doc:meta])* $name:ident: $($url:literal $file:literal $sha256:literal $published:literal;)*) => {
        $(#[$doc])*
        pub const $name: &[Pinned] = &[$(Pinned {
            url: $url,
            text: include_str!(concat!("../../../schemas/contexts/", $file)),
            sha256: $sha256,
            published_sha256: $published,
        }),*];
    };
}

pinned! {
    /// The contexts for examples and tests, in which any word has a meaning: read where any
    /// credential will do, and nowhere else.
    EXAMPLES:
    "https://www.w3.org/ns/credentials/examples/v2"
        "credentials-examples-v2.json"
        "62f41da718da3870d47f14222f314c83dc9dbbe486e04b0b41b540821c69941c"
        "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c";
}

pinned! {
    /// Every context that documents may use. To add one: the file in `schemas/contexts`, and a
    /// row here.
    PINNED:
    "https://www.w3.org/2018/credentials/v1"
        "credentials-v1.json"
        "7a29d238e313271bceb851ea0ace0edda8aa4296343386baabd6856aa46464f3"
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc";
    "https://www.w3.org/ns/credentials/v2"
        "credentials-v2.json"
        "767f2210a8ae51bfac68e55508b04cc35cfb9ef7900421f19a9e81290cd97a2c"
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734";
    "https://www.w3.org/ns/credentials/status/v1"
        "bitstring-status-v1.json"
        "3c23a54756927872a9419115bf7c5c52279e6b9b5cae1ba855430cac3cab7d2f"
        "fda5add353231e6a6884a46b12e6c75464281900cb348284d9c360f62381d9f7";
    "https://w3id.org/vc/status-list/2021/v1"
        "status-list-2021-v1.json"
        "3bc7a95f2025d97a4ddd54ab8985da5616202d5c211bb6a47e24f4135eb67b81"
        "6dd06a52bedb771e059c1083ba8ba7848dce22f6b4a8cfa0b98ba3fc188870e4";
    "https://www.w3.org/ns/cid/v1"
        "cid-v1.json"
        "7c6a3637427f177515b29753e9d8519bf9a822a5038f5f283ecd211c4366b064"
        "ea216ecc1cb02cd39b693dba2250141e270ba0bf95890be107dd9a9e8e43de85";
    "https://www.w3.org/ns/did/v1"
        "did-v1.json"
        "5cbebe30e109a20d0406f096e133719c1637f2460d5b0bddac1978e8692d6980"
        "adefa50311393eb1bd788a38ac9fe2696c65367928f6996812cd54577394f4da";
    "https://w3id.org/security/data-integrity/v2"
        "data-integrity-v2.json"
        "9ad33d600539fee42ee16fac9164778ad491335080e1bf4a97a8c657d7a76188"
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4";
    "https://w3id.org/security/multikey/v1"
        "multikey-v1.json"
        "20948da17382373b212b4bec7c020e1446636003b40e2f60d41ac1b642927196"
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597";
    "https://w3id.org/security/jwk/v1"
        "jwk-v1.json"
        "97505d09996da3e7ff8de78f8d88521580867affc0a2f3f407dbbc363850412b"
        "0f14b62f6071aafe00df265770ea0c7508e118247d79b7d861a406d2aa00bece";
    "https://w3id.org/security/suites/ed25519-2020/v1"
        "ed25519-2020-v1.json"
        "5f3cc5692749cbf02eeea5b0af5beb3b7ea96873b68549dc485bf89dc35c68dd"
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588";
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
        "ob-3.0.0.json"
        "8777e69995978404abadab4cd6fed6ef096f7433fc829eadd815440b8c357de0"
        "b077fa134d909d92c1dcd1c153f2af1b244aeb415967fdc1467d7fc5dd48ac10";
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
        "ob-3.0.1.json"
        "cc271d9c1443540846c6fe1e31257fb2261cd3fc53fd5147f0cc45bb667c5a10"
        "d582f3564282fb3b709136d28412e78e70b678b4dbc2f0221f67d84932748355";
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"
        "ob-3.0.2.json"
        "e25d2182dcf47b07c9aa48379abe7e7dd95c236f8177bac373da659a7d42efb8"
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53";
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
        "ob-3.0.3.json"
        "d5499d8f3b064600c2edb299755622910795437df9b2bc37ab578f4770486019"
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761";
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
        "ob-extensions.json"
        "df37641c538a41a90378bc467a1423aba05d6f8ba3025b113605e48646276d7f"
        "146f85aa16effd7ca1da8056eb443f53ce1eca8a34186cb062832c0a97d889c3";
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
        "clr-2.0.1.json"
        "7511a5dba2b168aaca2aaf29d0557cdaaa2147f16e3d8bec661ac83002cc5cf0"
        "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6";
}
