/*
 * fuzz-chap.c - PAP, CHAP and MS-CHAPv2 under ppp-auth; first octet: the method.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz-auth.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum ppp_auth_method methods[] = {PPP_AUTH_MSCHAPV2, PPP_AUTH_CHAP_MD5,
                                                   PPP_AUTH_PAP};
    struct rd in = rd_over(data, size);
    const uint8_t which = rd_u8(&in) % 3;

    fuzz_auth(&in, methods[which], which == 2 ? 0xc023 : 0xc223);
    return 0;
}
