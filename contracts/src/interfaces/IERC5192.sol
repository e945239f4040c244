// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-5192: tokens that are bound to their owner.
/// @notice The interface id is 0xb45a3c0e.
interface IERC5192 {
    /// @notice A token became bound.
    /// @param tokenId the token
    event Locked(uint256 tokenId);

    /// @notice A token became free.
    /// @param tokenId the token
    event Unlocked(uint256 tokenId);

    /// @notice Whether a token is bound; fails for one that does not exist.
    /// @param tokenId the token
    /// @return isLocked true: it cannot be transferred
    function locked(uint256 tokenId) external view returns (bool isLocked);
}
