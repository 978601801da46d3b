# Everything that kcdfix links against, found by pkg-config. The GSSAPI plugin of cyrus-sasl is loaded at run time and
# so is not here: the package names it (Package.cmake).
find_package(PkgConfig REQUIRED)
pkg_check_modules(LDAP REQUIRED IMPORTED_TARGET ldap)
pkg_check_modules(LBER REQUIRED IMPORTED_TARGET lber)
pkg_check_modules(SASL REQUIRED IMPORTED_TARGET libsasl2)
pkg_check_modules(KRB5 REQUIRED IMPORTED_TARGET krb5)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(TASN1 REQUIRED IMPORTED_TARGET libtasn1)
pkg_check_modules(SMARTCOLS REQUIRED IMPORTED_TARGET smartcols)
if(BUILD_TESTING)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()
