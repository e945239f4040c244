// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What one model earns, divided by fixed shares, fetched by each payee.
/// @notice Also the first owner and seller of the model's token, so that whatever market it stands
/// on, what arrives here belongs to this model. Each distribution gives every payee their share
/// rounded down, and the last payee (the treasury) the rest: paid out and owed together are what
/// came in, to the wei.
interface ISplitter {
    /// @notice A payee and their share.
    /// @param account who
    /// @param shareBp basis points; all together are 10,000
    struct Payee {
        address account;
        uint96 shareBp;
    }

    /// @notice The shares were fixed.
    /// @param payees in their order; the last gets what rounding leaves
    event SharesFixed(Payee[] payees);

    /// @notice What had arrived was divided.
    /// @param currency the ERC-20; zero: the native coin
    /// @param amount how much had arrived since the last time
    event Distributed(address indexed currency, uint256 amount);

    /// @notice A payee was paid.
    /// @param currency the ERC-20; zero: the native coin
    /// @param account who
    /// @param amount how much
    event Released(address indexed currency, address indexed account, uint256 amount);

    /// @notice Only the registry may do this.
    /// @param caller who tried
    error NotRegistry(address caller);

    /// @notice The shares are fixed already.
    error AlreadyFixed();

    /// @notice No payees, too many, one that is nobody, a share of nothing, or not 10,000 together.
    error BadShares();

    /// @notice There is nothing for this payee.
    /// @param currency the ERC-20; zero: the native coin
    /// @param account who
    error NothingDue(address currency, address account);

    /// @notice Takes the native coin, as markets of others may pay in it.
    receive() external payable;

    /// @notice Fixes the shares, once.
    /// @param payees at most 32; the last gets what rounding leaves
    function initialize(Payee[] calldata payees) external;

    /// @notice Makes one call in the name of this owner of the token.
    /// @param target the token, a market, or the lease escrow
    /// @param data the call
    /// @return answer what it returned
    function act(address target, bytes calldata data) external returns (bytes memory answer);

    /// @notice Divides what has arrived. Anybody may ask.
    /// @param currency the ERC-20; zero: the native coin
    /// @return amount how much there was to divide
    function distribute(address currency) external returns (uint256 amount);

    /// @notice Divides, and pays one account all that it is owed. Anybody may ask.
    /// @param currency the ERC-20; zero: the native coin
    /// @param account who is paid
    /// @return amount how much
    function release(address currency, address account) external returns (uint256 amount);

    /// @notice What an account is owed of what was divided.
    /// @param currency the ERC-20; zero: the native coin
    /// @param account whose
    /// @return amount how much
    function owedOf(address currency, address account) external view returns (uint256 amount);

    /// @notice What all are owed of what was divided.
    /// @param currency the ERC-20; zero: the native coin
    /// @return amount how much
    function owed(address currency) external view returns (uint256 amount);

    /// @notice Who gets what.
    /// @return payees in their order
    function getPayees() external view returns (Payee[] memory payees);

    /// @notice Who fixed the shares and acts.
    /// @return registry its address
    // forge-lint: disable-next-line(mixed-case-function)
    function REGISTRY() external view returns (address registry);
}
