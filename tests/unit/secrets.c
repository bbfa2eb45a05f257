
/* Secrets at rest.  domain/ alone, prints TAP. */

#include "tap.h"
#include "../../ngx_payments_module/domain/ngx_payments_secret.h"


static const char *
hex(const uint8_t *data, size_t len)
{
    size_t       i;

    static char  text[512];

    for (i = 0; i < len; i++) {
        sprintf(text + 2 * i, "%02x", data[i]);
    }

    return text;
}


/* the bytes of hexadecimal digits */

static ngx_payments_text_t
bytes(const char *digits)
{
    unsigned             byte;
    ngx_payments_text_t  text;

    static size_t        used;
    static uint8_t       memory[8192];

    text.data = memory + used;

    for (text.len = 0; sscanf(digits, "%2x", &byte) == 1; digits += 2) {
        memory[used++] = (uint8_t) byte;
        text.len++;
    }

    return text;
}


/* RFC 5869, appendix A, cases 1 to 3 */

static void
test_hkdf(void)
{
    size_t               i;
    uint8_t              okm[82], large[8161];
    ngx_payments_text_t  key, salt, info;

    static const struct {
        const char  *key, *salt, *info, *okm;
    } cases[] = {
        { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
          "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
          "34007208d5b887185865" },
        { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
          "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
          "404142434445464748494a4b4c4d4e4f",
          "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
          "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
          "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
          "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
          "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
          "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
          "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
          "cc30c58179ec3e87c14c01d5c1f3434f1d87" },
        { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
          "9d201395faa4b61a96c8" }
    };

    for (i = 0; i < 3; i++) {
        key = bytes(cases[i].key);
        salt = bytes(cases[i].salt);
        info = bytes(cases[i].info);

        ok(ngx_payments_hkdf(&key, &salt, &info, okm,
                             strlen(cases[i].okm) / 2)
           == 0, "HKDF");
        is(hex(okm, strlen(cases[i].okm) / 2), cases[i].okm,
           "HKDF as RFC 5869 has it");
    }

    ok(ngx_payments_hkdf(&key, &salt, &info, large, 8160) == 0
       && ngx_payments_hkdf(&key, &salt, &info, large, 8161) == -1,
       "HKDF gives so much, and no more");
}


/* The Galois/Counter Mode of Operation, McGrew and Viega: cases 13 to 16, those
   of AES-256 with 96 bits of nonce */

static void
test_gcm(void)
{
    size_t               i;
    uint8_t              text[64], back[64], tag[NGX_PAYMENTS_GCM_TAG];
    ngx_payments_text_t  key, nonce, aad, plain, secret;

    static const uint8_t  zeros[64];

#define KEY    "feffe9928665731c6d6a8f9467308308"
#define PLAIN  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d"      \
               "8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"      \
               "ba637b39"
#define TEXT   "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd"      \
               "2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"      \
               "bcc9f662"

    static const struct {
        const char  *key, *nonce, *aad, *plain, *text, *tag;
    } cases[] = {
        { "00000000000000000000000000000000"
          "00000000000000000000000000000000", "000000000000000000000000",
          "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
        { "00000000000000000000000000000000"
          "00000000000000000000000000000000", "000000000000000000000000",
          "", "00000000000000000000000000000000",
          "cea7403d4d606b6e074ec5d3baf39d18",
          "d0d1c8a799996bf0265b98b5d48ab919" },
        { KEY KEY, "cafebabefacedbaddecaf888", "", PLAIN "1aafd255",
          TEXT "898015ad", "b094dac5d93471bdec1a502270e3cc6c" },
        { KEY KEY, "cafebabefacedbaddecaf888",
          "feedfacedeadbeeffeedfacedeadbeefabaddad2", PLAIN, TEXT,
          "76fc6ece0f4e1768cddf8853bb2d551b" }
    };

    for (i = 0; i < 4; i++) {
        key = bytes(cases[i].key);
        nonce = bytes(cases[i].nonce);
        aad = bytes(cases[i].aad);
        plain = bytes(cases[i].plain);

        ok(ngx_payments_gcm(1, key.data, nonce.data, &aad, 1, &plain, text, tag)
           == 0, "GCM");
        is(plain.len ? hex(text, plain.len) : "", cases[i].text,
           "GCM: the text");
        is(hex(tag, sizeof(tag)), cases[i].tag, "GCM: the tag");

        secret.data = text;
        secret.len = plain.len;

        ok(ngx_payments_gcm(0, key.data, nonce.data, &aad, 1, &secret, back,
                            tag)
           == 0 && memcmp(back, plain.data, plain.len) == 0,
           "GCM: and back");

        tag[i] ^= 1;
        memset(back, 1, sizeof(back));

        ok(ngx_payments_gcm(0, key.data, nonce.data, &aad, 1, &secret, back,
                            tag)
           == -1 && memcmp(back, zeros, plain.len) == 0,
           "GCM: not with another tag, and nothing is left");
    }
}


static const char *
ring_of(ngx_payments_keyring_t *ring, const char *lines, const char *label)
{
    const char           *wrong;
    ngx_payments_text_t   file, name;

    file.data = (const uint8_t *) lines;
    file.len = strlen(lines);
    name.data = (const uint8_t *) label;
    name.len = strlen(label);

    wrong = ngx_payments_keyring(ring, &file, &name);

    return wrong ? wrong : "";
}


static ngx_payments_secret_e
decrypt(const ngx_payments_keyring_t *ring, const char *owner,
    const uint8_t *stored, size_t len, const char *want)
{
    size_t                 n;
    uint8_t                text[256];
    ngx_payments_text_t    of, from;
    ngx_payments_secret_e  rc;

    of.data = (const uint8_t *) owner;
    of.len = strlen(owner);
    from.data = stored;
    from.len = len;
    n = 0;

    rc = ngx_payments_secret_decrypt(ring, &of, &from, text, &n);

    return (rc == NGX_PAYMENTS_SECRET_OK
            && (n != strlen(want) || memcmp(text, want, n) != 0))
           ? (ngx_payments_secret_e) -1 : rc;
}


#define LINE   "0123456789abcdefghijklmnopqrstuv"
#define OTHER  "another line, also of 32 bytes, "

static void
test_secret(void)
{
    size_t                  i, len;
    uint8_t                 stored[64], nonce[NGX_PAYMENTS_GCM_NONCE];
    ngx_payments_text_t     owner, secret;
    ngx_payments_keyring_t  ring, rotated, other, none;

    for (i = 0; i < sizeof(nonce); i++) {
        nonce[i] = (uint8_t) i;
    }

    is(ring_of(&ring, LINE "\n", "label"), "", "a line is a key");
    ok(ring.n == 1, "one");

    owner.data = (const uint8_t *) "merchant 1, endpoint 2";
    owner.len = 22;
    secret.data = (const uint8_t *) "a secret";
    secret.len = 8;
    len = secret.len + NGX_PAYMENTS_SECRET_MORE;

    ok(ngx_payments_secret_encrypt(&ring, &owner, &secret, nonce, stored)
       == 0, "a secret is encrypted");

    /* made by pycryptodome's HKDF and GCM */

    is(hex(stored, len),
       "01bdd0fe37000102030405060708090a0bc45bf67a4a3ebd941ce2e1d6225c7c85"
       "11eadb1af3d2d6f3", "as another implementation does it");

    ok(decrypt(&ring, "merchant 1, endpoint 2", stored, len, "a secret")
       == NGX_PAYMENTS_SECRET_OK, "and decrypted");
    ok(decrypt(&ring, "merchant 1, endpoint 3", stored, len, "")
       == NGX_PAYMENTS_SECRET_DAMAGED, "for its owner alone");

    /* a new line before the old one, and after */

    is(ring_of(&rotated, OTHER "\r\n\n" LINE, "label"), "", "two lines");
    ok(rotated.n == 2 && decrypt(&rotated, "merchant 1, endpoint 2", stored,
                                 len, "a secret")
       == NGX_PAYMENTS_SECRET_OK, "a line that is not the first decrypts");

    is(ring_of(&other, OTHER, "label"), "", "the other line alone");
    ok(decrypt(&other, "merchant 1, endpoint 2", stored, len, "")
       == NGX_PAYMENTS_SECRET_KEY_MISSING, "a line that is gone is missed");

    ok(ngx_payments_secret_encrypt(&rotated, &owner, &secret, nonce, stored)
       == 0
       && decrypt(&other, "merchant 1, endpoint 2", stored, len, "a secret")
       == NGX_PAYMENTS_SECRET_OK, "the first line encrypts");

    is(ring_of(&none, OTHER, "another label"), "", "another label");
    ok(decrypt(&none, "merchant 1, endpoint 2", stored, len, "")
       == NGX_PAYMENTS_SECRET_KEY_MISSING, "makes other keys");

    /* whatever byte is another one, or missing */

    for (i = 0; i < len; i++) {
        stored[i] ^= 0x40;

        if (decrypt(&other, "merchant 1, endpoint 2", stored, len, "a secret")
            == NGX_PAYMENTS_SECRET_OK)
        {
            break;
        }

        stored[i] ^= 0x40;
    }

    ok(i == len, "no byte may change");

    for (i = 0; i < len; i++) {
        if (decrypt(&other, "merchant 1, endpoint 2", stored, i, "a secret")
            == NGX_PAYMENTS_SECRET_OK)
        {
            break;
        }
    }

    ok(i == len, "none may be missing");

    is(ring_of(&none, "", "label"), "has no line", "no line");
    is(ring_of(&none, "\n\n", "label"), "has no line", "empty lines");
    is(ring_of(&none, LINE "\nshort\n", "label"),
       "has a line of less than 32 bytes", "a short line");
    is(ring_of(&none, LINE "\n" LINE "\n" LINE "\n" LINE "\n" LINE "\n" LINE
               "\n" LINE "\n" LINE "\n", "label"), "", "eight lines");
    is(ring_of(&none, LINE "\n" LINE "\n" LINE "\n" LINE "\n" LINE "\n" LINE
               "\n" LINE "\n" LINE "\n" LINE "\n", "label"),
       "has more than 8 lines", "nine lines");

    none.n = 0;
    ok(ngx_payments_secret_encrypt(&none, &owner, &secret, nonce, stored)
       == -1, "without a key nothing is encrypted");
}


int
main(void)
{
    test_hkdf();
    test_gcm();
    test_secret();

    ngx_payments_digest_free();

    return done();
}
