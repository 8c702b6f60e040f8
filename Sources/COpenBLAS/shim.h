// Complex numbers as structures, which Swift can import.
#define LAPACK_COMPLEX_STRUCTURE
#include <cblas.h>
#include "lapack_by_type.h"
