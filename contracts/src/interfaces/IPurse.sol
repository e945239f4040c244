// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a contract owes: kept per currency and account until it is fetched.
interface IPurse {
    /// @notice An account is owed more.
    /// @param currency the ERC-20
    /// @param account who is owed
    /// @param amount how much more, in the currency's smallest unit
    event Credited(address indexed currency, address indexed account, uint256 amount);

    /// @notice An account got what it was owed.
    /// @param currency the ERC-20
    /// @param account who was paid
    /// @param amount how much
    event Withdrawn(address indexed currency, address indexed account, uint256 amount);

    /// @notice A currency delivered another amount than it was asked for.
    /// @param currency the ERC-20
    /// @param asked what should have arrived
    /// @param arrived what did
    error InexactTransfer(address currency, uint256 asked, uint256 arrived);

    /// @notice There is nothing to fetch.
    /// @param currency the ERC-20
    /// @param account who is owed nothing
    error NothingOwed(address currency, address account);

    /// @notice Pays an account all that it is owed; anybody may ask for it.
    /// @param currency the ERC-20
    /// @param account who is paid
    /// @return amount what was paid
    function withdraw(address currency, address account) external returns (uint256 amount);

    /// @notice What an account is owed.
    /// @param currency the ERC-20
    /// @param account whose
    /// @return amount in the currency's smallest unit
    function creditOf(address currency, address account) external view returns (uint256 amount);
}
