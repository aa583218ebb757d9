/* fuzz-eap.c - EAP and MS-CHAPv2 inside it. SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-auth.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);

    fuzz_auth(&in, PPP_AUTH_EAP_MSCHAPV2, 0xc227);
    return 0;
}
