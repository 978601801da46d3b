# Run by CPack in the staging directory: the copyright file, a changelog, and a compressed manual (Debian policy 12.1,
# 12.5, 12.7).
set(root "${CPACK_TEMPORARY_DIRECTORY}/usr/share")
set(doc "${root}/doc/kcdfix")
file(READ "${CPACK_KCDFIX_SOURCE_DIR}/LICENSE" license)
file(WRITE "${doc}/copyright" "kcdfix\n\n${license}")
file(REMOVE "${doc}/LICENSE")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${doc}/changelog" "kcdfix (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * See the history of the source.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
execute_process(COMMAND gzip -9nf "${doc}/changelog" "${root}/man/man8/kcdfix.8" COMMAND_ERROR_IS_FATAL ANY)
