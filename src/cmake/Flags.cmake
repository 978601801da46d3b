# kcd_flags: what every target of this tree is compiled with.
add_library(kcd_flags INTERFACE)
target_include_directories(kcd_flags INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(kcd_flags INTERFACE _GNU_SOURCE KCDFIX_VERSION="${PROJECT_VERSION}")
target_compile_options(kcd_flags INTERFACE
  -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith
  -Wwrite-strings -Wvla -Wimplicit-fallthrough -Wundef -Wconversion -Wno-sign-conversion -fno-common)

if(KCDFIX_WERROR)
  target_compile_options(kcd_flags INTERFACE -Werror)
endif()

if(KCDFIX_SANITIZE)
  target_compile_options(kcd_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                             -fno-omit-frame-pointer)
  target_link_options(kcd_flags INTERFACE -fsanitize=address,undefined)
endif()

if(KCDFIX_HARDEN)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES C)
  target_compile_options(kcd_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
                                             -fstack-clash-protection -fcf-protection)
  target_link_options(kcd_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

if(KCDFIX_FUZZ)
  target_compile_options(kcd_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer)
  target_link_options(kcd_flags INTERFACE -fsanitize=address,undefined)
endif()
