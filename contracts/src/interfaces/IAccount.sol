// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Somebody of whom the chain sees an address, and whom a vault acts for.
/// @notice Owns tokens and leases like any other address. Between two calls of the vault it holds
/// no Joy but what others have sent it, and lets nobody take any.
interface IAccount {
    /// @notice Only the vault acts as an account.
    /// @param caller who tried
    error NotVault(address caller);

    /// @notice Makes one call as this account.
    /// @param target who is called
    /// @param data the call
    /// @return ok whether it succeeded
    /// @return answer what it returned or reverted with
    function execute(address target, bytes calldata data)
        external
        returns (bool ok, bytes memory answer);

    /// @notice Who acts as this account.
    /// @return vault its address
    // forge-lint: disable-next-line(mixed-case-function)
    function VAULT() external view returns (address vault);
}
