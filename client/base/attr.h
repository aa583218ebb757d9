/* attr.h - ownership in the type of a local. SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define CLEANUP(fn) __attribute__((cleanup(fn##p)))

/* For every T with a T_free(T *) that accepts NULL: CLEANUP(T_free) struct T *x = NULL; */
#define DEFINE_CLEANUP(type, fn)                                                                   \
    static inline void fn##p(type **p)                                                             \
    {                                                                                              \
        fn(*p);                                                                                    \
    }

/* Hand ownership to the caller: return TAKE(x); */
#define TAKE(p)                                                                                    \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })
