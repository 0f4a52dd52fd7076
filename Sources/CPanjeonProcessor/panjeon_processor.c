// SPDX-License-Identifier: Apache-2.0
#include "panjeon_processor.h"
