# A .deb by CPack. shlibdeps finds the linked libraries; the GSSAPI plugin of cyrus-sasl is opened at run time, so no
# linker sees it and it is named here.
set(KCDFIX_MAINTAINER "kcdfix maintainers <kcdfix@kcdfix.invalid>" CACHE STRING "Maintainer of the package")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kcdfix)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${KCDFIX_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Finds out why a Hyper-V host may not delegate to a service, proves it at
the domain controller, makes the smallest safe change in Active Directory,
proves it again, and can take it back.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS libsasl2-modules-gssapi-mit)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# what Debian wants in a package and nobody wants from a plain install
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/DebianFiles.cmake")
set(CPACK_KCDFIX_SOURCE_DIR "${PROJECT_SOURCE_DIR}")
include(CPack)
