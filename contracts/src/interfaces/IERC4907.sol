// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-4907: an ERC-721 token has a user beside its owner, until a time.
/// @notice The interface id is 0xad092b5c.
interface IERC4907 {
    /// @notice The user of a token, or the end of the use, has changed.
    /// @param tokenId the token
    /// @param user who may use it now, zero: nobody
    /// @param expires the last second of the use, UNIX time
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Gives a token a user.
    /// @param tokenId the token
    /// @param user who may use it, zero: nobody
    /// @param expires the end of the use, UNIX time in seconds
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice Who may use a token now.
    /// @param tokenId the token
    /// @return user zero: nobody, or the use is over
    function userOf(uint256 tokenId) external view returns (address user);

    /// @notice When the use of a token ends.
    /// @param tokenId the token
    /// @return expires UNIX time in seconds; 0: there was no user
    function userExpires(uint256 tokenId) external view returns (uint256 expires);
}
